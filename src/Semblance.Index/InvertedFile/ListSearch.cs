namespace Semblance.Index.InvertedFile;

/// <summary>The buffers of one search, used again by the next.</summary>
internal sealed class ListSearch(IvfModel model)
{
    private ushort[] _sums = [];
    private int[] _order = [];
    private float[] _distances = [];

    /// <summary>Of the query and the codes of the rows.</summary>
    public LookupTables Tables => field ??= new LookupTables(model.Quantizer!);

    /// <summary>Of the query and the codes of the centroids.</summary>
    public LookupTables CentroidTables => field ??= new LookupTables(model.Coarse.Quantizer!);

    public Shortlist Rows { get; } = new();

    public Shortlist Lists { get; } = new();

    public Span<ushort> Sums(int count) => Buffer(ref _sums, count);

    public Span<int> Order(int count) => Buffer(ref _order, count);

    public Span<float> Distances(int count) => Buffer(ref _distances, count);

    private static Span<T> Buffer<T>(ref T[] buffer, int count)
    {
        if (buffer.Length < count)
            buffer = new T[Math.Max(count, buffer.Length * 2)];
        return buffer.AsSpan(0, count);
    }
}
