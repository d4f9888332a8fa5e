using Microsoft.Extensions.VectorData;

namespace Semblance.VectorData.Tests;

/// <summary>A record with a property of most kinds.</summary>
public sealed class Dish
{
    public const int Dimension = 8;

    [VectorStoreKey]
    public string Id { get; set; } = "";

    [VectorStoreData(IsIndexed = true)]
    public string? Kitchen { get; set; }

    [VectorStoreData(IsFullTextIndexed = true)]
    public string[]? Tags { get; set; }

    [VectorStoreData]
    public List<int>? Steps { get; set; }

    [VectorStoreData]
    public int Minutes { get; set; }

    [VectorStoreData]
    public double? Price { get; set; }

    [VectorStoreData]
    public bool Vegan { get; set; }

    [VectorStoreData]
    public DateTime Added { get; set; }

    [VectorStoreData]
    public Course Course { get; set; }

    [VectorStoreVector(Dimension)]
    public ReadOnlyMemory<float>? Taste { get; set; }

    /// <summary>Dishes of every kind, the same for one seed; some properties are null in some of them.</summary>
    public static List<Dish> Random(int count, int seed)
    {
        var random = new Random(seed);
        string?[] kitchens = ["basque", "thai", "swiss", null];
        string[] tags = ["hot", "sweet", "sour", "green", "fried"];
        return [.. Enumerable.Range(0, count).Select(i => new Dish
        {
            Id = $"dish{i:000}",
            Kitchen = kitchens[random.Next(kitchens.Length)],
            Tags = random.Next(6) == 0 ? null : [.. tags.Where(_ => random.Next(3) == 0)],
            Steps = random.Next(6) == 0 ? null : [.. Enumerable.Range(0, random.Next(4))],
            Minutes = random.Next(1, 90),
            Price = random.Next(4) == 0 ? null : Math.Round(random.NextDouble() * 30, 2),
            Vegan = random.Next(2) == 0,
            Added = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(random.Next(700)),
            Course = (Course)random.Next(3),
            Taste = random.Next(10) == 0 ? default(ReadOnlyMemory<float>?) : Vector(random),
        })];
    }

    public static float[] Vector(Random random) => [.. Enumerable.Range(0, Dimension).Select(_ => (random.NextSingle() * 2) - 1)];

    public string Facts => string.Join('|', Id, Kitchen, Tags is null ? null : string.Join(',', Tags), Steps is null ? null : string.Join(',', Steps), Minutes, Price, Vegan, Added.Ticks, Course);
}

public enum Course
{
    Starter,
    Main,
    Dessert,
}
