namespace Semblance.Index;

/// <summary>Searches that every kind offers through the contract alone.</summary>
public static class VectorIndexExtensions
{
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
        var filter = options.Filter;
        return options with { Filter = filter is null ? other => other != id : other => other != id && filter(other) };
    }
}
