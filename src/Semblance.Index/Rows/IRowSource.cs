namespace Semblance.Index.Rows;

/// <summary>Rows on their way into a store.</summary>
internal interface IRowSource<T>
    where T : unmanaged
{
    /// <summary>Writes rows <paramref name="first"/>… of the source, packed, into <paramref name="slots"/>.</summary>
    void Fill(int first, int count, Span<T> slots);
}

/// <summary>Rows that are stored as they come.</summary>
internal readonly ref struct PackedRows<T>(ReadOnlySpan<T> rows, int width) : IRowSource<T>
    where T : unmanaged
{
    private readonly ReadOnlySpan<T> _rows = rows;

    public void Fill(int first, int count, Span<T> slots) => _rows.Slice(first * width, count * width).CopyTo(slots);
}
