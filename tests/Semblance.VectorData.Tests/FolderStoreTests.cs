using Microsoft.Data.Sqlite;
using Microsoft.Extensions.VectorData;
using Semblance.Testing;
using Xunit;

namespace Semblance.VectorData.Tests;

public sealed class FolderStoreTests : VectorStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Folder => _folder["store"];

    public void Dispose() => _folder.Dispose();

    protected override VectorStore OpenStore() => SemblanceVectorStore.Open(Folder);

    [Fact]
    public async Task Records_and_vectors_outlive_the_store()
    {
        List<Dish> dishes;
        using (var store = OpenStore())
            (_, dishes) = await FilledAsync(store);
        using var again = OpenStore();
        var collection = again.GetCollection<string, Dish>("menu");
        var back = await collection.GetAsync(dish => true, int.MaxValue, new FilteredRecordRetrievalOptions<Dish> { IncludeVectors = true }).ToListAsync();
        Assert.Equal(dishes.Select(dish => dish.Facts), back.OrderBy(dish => dish.Id).Select(dish => dish.Facts));
        Assert.Equal(dishes.Select(dish => dish.Taste?.ToArray()), back.OrderBy(dish => dish.Id).Select(dish => dish.Taste?.ToArray()));
        var query = Dish.Vector(new Random(2));
        AssertSame(Truth(dishes, query, DistanceFunction.CosineSimilarity).Take(10), await collection.SearchAsync(query, 10).ToListAsync());
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("cut off")]
    [InlineData("one byte changed")]
    [InlineData("another file's bytes")]
    [InlineData("old")]
    public async Task An_index_file_that_does_not_fit_is_made_again(string state)
    {
        var definition = Definition(DistanceFunction.CosineSimilarity, IndexKind.Hnsw);
        List<Dish> dishes;
        string file;
        using (var store = OpenStore())
        {
            (var collection, dishes) = await FilledAsync(store, definition);
            Assert.NotEmpty(dishes);
        }
        file = Assert.Single(Directory.GetFiles(Path.Combine(Folder, "indexes")));
        var bytes = await File.ReadAllBytesAsync(file);
        switch (state)
        {
            case "missing":
                File.Delete(file);
                break;
            case "cut off":
                await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)]);
                break;
            case "one byte changed":
                bytes[^100] ^= 1;
                await File.WriteAllBytesAsync(file, bytes);
                break;
            case "another file's bytes":
                await File.WriteAllTextAsync(file, "no index");
                break;
            case "old":
                using (var store = OpenStore())
                {
                    var collection = store.GetCollection<string, Dish>("menu", definition);
                    await collection.DeleteAsync(dishes.Take(30).Select(dish => dish.Id));
                    dishes = dishes[30..];
                    dishes[0].Taste = Dish.Vector(new Random(77));
                    await collection.UpsertAsync(dishes[0]);
                    var more = Dish.Random(20, 5);
                    more.ForEach(dish => dish.Id += "b");
                    dishes.AddRange(more);
                    await collection.UpsertAsync(more);
                }
                await File.WriteAllBytesAsync(file, bytes);
                break;
        }
        using var again = OpenStore();
        var query = Dish.Vector(new Random(3));
        var truth = Truth(dishes, query, DistanceFunction.CosineSimilarity);
        AssertSame(truth, await again.GetCollection<string, Dish>("menu", definition).SearchAsync(query, 1000).ToListAsync());
    }

    [Fact]
    public async Task What_one_store_commits_the_next_search_of_another_sees()
    {
        using var one = OpenStore();
        using var other = OpenStore();
        var (writing, dishes) = await FilledAsync(one);
        var reading = other.GetCollection<string, Dish>("menu");
        var query = Dish.Vector(new Random(4));
        AssertSame(Truth(dishes, query, DistanceFunction.CosineSimilarity).Take(5), await reading.SearchAsync(query, 5).ToListAsync());

        await writing.DeleteAsync(dishes.Take(100).Select(dish => dish.Id));
        dishes = dishes[100..];
        dishes[0].Taste = query;
        await writing.UpsertAsync(dishes[0]);
        AssertSame(Truth(dishes, query, DistanceFunction.CosineSimilarity).Take(5), await reading.SearchAsync(query, 5).ToListAsync());

        // Both write: what the one has not seen is not lost.
        dishes[1].Minutes = 5000;
        await reading.UpsertAsync(dishes[1]);
        dishes[2].Minutes = 5000;
        await writing.UpsertAsync(dishes[2]);
        Assert.Equal(2, await reading.GetAsync(dish => dish.Minutes == 5000, 10).CountAsync());
        Assert.Equal(2, await writing.GetAsync(dish => dish.Minutes == 5000, 10).CountAsync());

        await one.EnsureCollectionDeletedAsync("menu");
        await Assert.ThrowsAsync<VectorStoreException>(() => reading.GetAsync("dish200"));
        await writing.EnsureCollectionExistsAsync();
        Assert.Null(await reading.GetAsync("dish200"));
    }

    [Fact]
    public async Task A_store_that_was_never_closed_has_lost_nothing()
    {
        var copy = _folder["copy"];
        List<Dish> dishes;
        using (var store = OpenStore())
        {
            (_, dishes) = await FilledAsync(store);
            // What a killed process leaves: database and log, no index files.
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.GetFiles(Folder))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        using var again = SemblanceVectorStore.Open(copy);
        Assert.Equal(dishes.Count, await again.GetCollection<string, Dish>("menu").GetAsync(dish => true, int.MaxValue).CountAsync());
    }

    [Fact]
    public async Task A_definition_may_grow_and_may_not_contradict()
    {
        using (var store = OpenStore())
            await FilledAsync(store);
        using var again = OpenStore();
        var small = again.GetCollection<string, SmallDish>("menu");
        Assert.Equal(7, (await small.GetAsync("dish007"))!.Id.Length);
        // The columns that the small definition does not name are there for the large one.
        var large = again.GetCollection<string, Dish>("menu");
        Assert.Equal(Dish.Random(300, 1)[7].Facts, (await large.GetAsync("dish007"))!.Facts);
        var other = again.GetCollection<string, SmallDish>("menu", new VectorStoreCollectionDefinition { Properties = [new VectorStoreVectorProperty("Taste", typeof(float[]), 5)] });
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.GetAsync("dish007"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => again.GetCollection<int, NumberedDish>("menu").EnsureCollectionExistsAsync());
    }

    [Fact]
    public async Task A_definition_that_grows_takes_in_what_others_wrote_meanwhile()
    {
        using var one = OpenStore();
        using var other = OpenStore();
        var (writing, dishes) = await FilledAsync(other);
        await one.GetCollection<string, SmallDish>("menu").GetAsync("dish000");
        dishes[0].Taste = Dish.Vector(new Random(21));
        await writing.UpsertAsync(dishes[0]);
        var query = dishes[0].Taste!.Value.ToArray();
        var found = await one.GetCollection<string, Dish>("menu").SearchAsync(query, 1000).ToListAsync();
        AssertSame(Truth(dishes, query, DistanceFunction.CosineSimilarity), found);
        Assert.Equal(dishes[0].Facts, found[0].Record.Facts);
    }

    [Fact]
    public async Task A_large_collection_gets_an_approximate_index_that_outlives_the_store()
    {
        const int Count = 21_000;
        var random = new Random(6);
        var dishes = Enumerable.Range(0, Count).Select(i => new SmallDish { Id = $"dish{i}", Taste = Dish.Vector(random) }).ToList();
        using (var store = OpenStore())
        {
            var collection = store.GetCollection<string, SmallDish>("menu");
            await collection.EnsureCollectionExistsAsync();
            foreach (var batch in dishes.Chunk(7000))
                await collection.UpsertAsync(batch);
            Assert.True(await RecallAsync(collection) > 0.9);
        }
        Assert.Equal("hnsw", Semblance.Index.IndexFile.ReadHeader(Assert.Single(Directory.GetFiles(Path.Combine(Folder, "indexes")))).Kind);
        using var again = OpenStore();
        Assert.True(await RecallAsync(again.GetCollection<string, SmallDish>("menu")) > 0.9);

        async Task<double> RecallAsync(VectorStoreCollection<string, SmallDish> collection)
        {
            var found = 0;
            for (var q = 0; q < 20; q++)
            {
                var query = Dish.Vector(random);
                var truth = dishes.OrderByDescending(dish => Cosine(dish.Taste!, query)).Take(10).Select(dish => dish.Id).ToHashSet();
                found += (await collection.SearchAsync(query, 10).ToListAsync()).Count(hit => truth.Contains(hit.Record.Id));
            }
            return found / 200d;
        }
    }

    [Fact]
    public void Foreign_and_newer_databases_are_refused()
    {
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, "vectors.db");
        Run("CREATE TABLE mine (x)");
        Assert.Contains("another program", Assert.Throws<VectorStoreException>(OpenStore).Message);
        File.Delete(file);
        OpenStore().Dispose();
        Run("PRAGMA user_version = 99");
        Assert.Contains("newer", Assert.Throws<VectorStoreException>(OpenStore).Message);
        File.WriteAllText(file, "no database at all, and long enough to be looked at");
        Assert.Throws<VectorStoreException>(OpenStore);

        void Run(string sql)
        {
            using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
            (dot, aa, bb) = (dot + (a[i] * b[i]), aa + (a[i] * a[i]), bb + (b[i] * b[i]));
        return dot / Math.Sqrt(aa * bb);
    }

    public sealed class SmallDish
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreVector(Dish.Dimension)]
        public float[]? Taste { get; set; }
    }

    public sealed class NumberedDish
    {
        [VectorStoreKey]
        public int Id { get; set; }
    }
}
