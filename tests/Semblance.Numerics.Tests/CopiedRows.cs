using Semblance.Numerics;

namespace Semblance.Testing;

/// <summary>
/// Rows that are nowhere in memory as a whole, as far as their reader can tell: each read copies to the beginning of the buffer and
/// spoils what is left of it, and a buffer too small or a row that is not there is refused.
/// </summary>
internal sealed class CopiedRows(Matrix rows) : IVectorRows
{
    private long _read;

    public long Count => rows.Rows;

    public int Dimension => rows.Columns;

    /// <summary>How often all rows were read, on average.</summary>
    public double Passes => (double)Interlocked.Read(ref _read) / rows.Rows;

    public ReadOnlySpan<float> Read(long first, int count, Span<float> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Count);
        buffer.Fill(float.NaN);
        for (var i = 0; i < count; i++)
            rows.Row((int)first + i).CopyTo(buffer.Slice(i * Dimension, Dimension));
        Interlocked.Add(ref _read, count);
        return buffer[..(count * Dimension)];
    }
}
