using System.Runtime.InteropServices;
using Semblance.Index.Rows;

namespace Semblance.Index.Segments;

/// <summary>Stored rows as vectors of floats, for building. Safe for several threads.</summary>
internal abstract class VectorSource(int dimension)
{
    public int Dimension { get; } = dimension;

    /// <summary>The vector at a position: where it lies, or decoded into <paramref name="scratch"/> (length <see cref="Dimension"/>).</summary>
    public abstract ReadOnlySpan<float> At(int position, Span<float> scratch);
}

/// <summary>The rows of a snapshot.</summary>
internal sealed class RowVectors<T>(RowFormat<T> format, RowSnapshot<T> rows) : VectorSource(format.Dimension)
    where T : unmanaged
{
    private readonly bool _asStored = typeof(T) == typeof(float) && format.Storage == VectorStorage.Float32;

    public override ReadOnlySpan<float> At(int position, Span<float> scratch)
    {
        var row = rows.RowAt(position);
        if (_asStored)
            return MemoryMarshal.Cast<T, float>(row);
        format.Decode(row, scratch);
        return scratch;
    }
}
