namespace Semblance.Index;

/// <summary>What every kind offers through the contract alone: searches by id, and vectors as they lie in a program.</summary>
public static class VectorIndexExtensions
{
    /// <summary>Adds or replaces rows as one change, <paramref name="vectors"/>[i] under <paramref name="ids"/>[i].</summary>
    /// <exception cref="ArgumentException">The two differ in number, or a vector does not fit; then nothing was changed.</exception>
    public static void Add(this IVectorIndex index, IReadOnlyList<long> ids, IReadOnlyList<float[]> vectors)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.Count > 0 || ids.Count > 0)
            index.Add([.. ids], VectorIndexes.Rows(vectors));
    }

    /// <summary>The answers of many queries, in their order.</summary>
    public static IReadOnlyList<Hit>[] SearchBatch(this IVectorIndex index, IReadOnlyList<float[]> queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        return queries.Count == 0 ? [] : index.SearchBatch(VectorIndexes.Rows(queries), k, options, cancellationToken);
    }

    /// <summary>
    /// The <paramref name="k"/> nearest other rows of a stored row; null when the id is not there.
    /// </summary>
    public static IReadOnlyList<Hit>? SearchById(this IVectorIndex index, long id, int k, SearchOptions? options = null)
    {
        var vector = new float[index.Dimension];
        return index.TryGetVector(id, vector) ? index.Search(vector, k, Excluding(id, options)) : null;
    }

    /// <inheritdoc cref="SearchById(IVectorIndex, long, int, SearchOptions?)"/>
    public static IReadOnlyList<Hit>? SearchById(this ICodeIndex index, long id, int k, SearchOptions? options = null)
    {
        var code = new ulong[index.Bits / 64];
        return index.TryGetCode(id, code) ? index.Search(code, k, Excluding(id, options)) : null;
    }

    private static SearchOptions Excluding(long id, SearchOptions? options)
    {
        options ??= SearchOptions.Default;
        return options with { Except = options.Except is { } others ? new HashSet<long>(others) { id } : new HashSet<long> { id } };
    }
}
