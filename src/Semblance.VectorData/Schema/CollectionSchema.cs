using System.Text.Json;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Semblance.VectorData.Schema;

/// <summary>A data property: its name in the store and the type of its values.</summary>
internal sealed record DataColumn(string Name, Type Type);

/// <summary>A vector property by its name in the store.</summary>
internal sealed record VectorColumn(string Name, int Dimension, ScoreFunction Score, IndexChoice Index);

/// <summary>The columns of a collection, by the names that they have in the store.</summary>
internal sealed record CollectionSchema(Type KeyType, IReadOnlyList<DataColumn> Data, IReadOnlyList<VectorColumn> Vectors)
{
    public static CollectionSchema Of(CollectionModel model) => new(
        model.KeyProperty.Type,
        [.. model.DataProperties.Select(property => new DataColumn(property.StorageName, Nullable.GetUnderlyingType(property.Type) ?? property.Type))],
        [.. model.VectorProperties.Select(property => new VectorColumn(property.StorageName, property.Dimensions, ScoreFunction.Of(property), IndexChoice.Of(property)))]);

    /// <summary>What definitions of one collection have to agree in, as text: the type of the keys, the vector properties and their dimensions.</summary>
    /// <param name="stored">The text so far, whose vector properties stay in it.</param>
    public string Signature(string? stored)
    {
        var vectors = stored is null ? new Dictionary<string, int>(StringComparer.Ordinal) : JsonSerializer.Deserialize<StoredSignature>(stored)!.Vectors;
        foreach (var column in Vectors)
            vectors[column.Name] = column.Dimension;
        return JsonSerializer.Serialize(new StoredSignature(KeyType.Name, vectors));
    }

    /// <summary>This with the columns of another definition of the same collection.</summary>
    /// <exception cref="InvalidOperationException">The two contradict one another.</exception>
    public CollectionSchema With(CollectionSchema other, string collection)
    {
        if (other.KeyType != KeyType)
            throw Differs(collection, "key", KeyType.Name, other.KeyType.Name);
        var data = Data.ToList();
        foreach (var column in other.Data)
        {
            if (Data.FirstOrDefault(mine => mine.Name == column.Name) is not { } known)
                data.Add(column);
            else if (known.Type != column.Type)
                throw Differs(collection, column.Name, known.Type.Name, column.Type.Name);
        }
        var vectors = Vectors.ToList();
        foreach (var column in other.Vectors)
        {
            if (Vectors.FirstOrDefault(mine => mine.Name == column.Name) is not { } known)
                vectors.Add(column);
            else if (known != column)
                throw Differs(collection, column.Name, Describe(known), Describe(column));
        }
        return data.Count == Data.Count && vectors.Count == Vectors.Count ? this : new CollectionSchema(KeyType, data, vectors);
    }

    /// <summary>Refuses a definition whose keys or dimensions are not those that the collection was made with.</summary>
    /// <exception cref="InvalidOperationException">It is another collection that is meant.</exception>
    public void CheckAgainst(string signature, string collection)
    {
        var stored = JsonSerializer.Deserialize<StoredSignature>(signature)!;
        if (stored.Key != KeyType.Name)
            throw Differs(collection, "key", stored.Key, KeyType.Name);
        foreach (var column in Vectors)
        {
            if (stored.Vectors.TryGetValue(column.Name, out var dimension) && dimension != column.Dimension)
                throw Differs(collection, column.Name, $"{dimension} dimensions", $"{column.Dimension} dimensions");
        }
    }

    private static string Describe(VectorColumn column) => $"{column.Dimension} dimensions, {column.Score.Name}, {column.Index.Kind ?? "the kind chosen by size"}, {column.Index.Storage}";

    private static InvalidOperationException Differs(string collection, string property, string known, string asked) =>
        new($"The collection '{collection}' exists with another definition: '{property}' is {known} there and {asked} here. Use the definition it was made with, or another name.");

    private sealed record StoredSignature(string Key, Dictionary<string, int> Vectors);
}
