using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.Index;

namespace Semblance.VectorData.Schema;

/// <summary>Which of our indexes a vector property's <c>IndexKind</c> means.</summary>
/// <param name="Kind">A name of <see cref="VectorIndexes.Kinds"/>; null lets <see cref="VectorIndexes.Choose"/> decide by the number of vectors.</param>
internal sealed record IndexChoice(string? Kind, VectorStorage Storage)
{
    /// <exception cref="NotSupportedException">There is no such kind here.</exception>
    public static IndexChoice Of(VectorPropertyModel property) => property.IndexKind switch
    {
        null or IndexKind.Dynamic => new(null, VectorStorage.Float32),
        IndexKind.Flat => new(ExactVectorIndex.KindName, VectorStorage.Float32),
        IndexKind.QuantizedFlat => new(ExactVectorIndex.KindName, VectorStorage.Byte),
        IndexKind.Hnsw => new(HnswIndex.KindName, VectorStorage.Float32),
        IndexKind.IvfFlat => new(IvfFlatIndex.KindName, VectorStorage.Float32),
        var own when VectorIndexes.Kinds.Contains(own) => new(own, VectorStorage.Float32),
        var other => throw new NotSupportedException(
            $"The vector property '{property.ModelName}' asks for the index kind '{other}'; there are {IndexKind.Dynamic}, {IndexKind.Flat}, {IndexKind.QuantizedFlat}, {IndexKind.Hnsw}, {IndexKind.IvfFlat} and {string.Join(", ", VectorIndexes.Kinds)}."),
    };

    /// <summary>The kind for so many vectors.</summary>
    /// <param name="current">The kind there is now; about the bound of <see cref="VectorIndexes.Choose"/> it stays.</param>
    public string KindFor(long vectors, string current)
    {
        if (Kind is not null)
            return Kind;
        var chosen = VectorIndexes.Choose(vectors);
        return chosen == ExactVectorIndex.KindName && current == VectorIndexes.Choose(long.MaxValue) && vectors > VectorIndexes.ExactUpTo / 2 ? current : chosen;
    }
}
