using System.Buffers;

namespace Semblance.Numerics.Spectra;

/// <summary>One pass over vectors, some thousand at a time.</summary>
internal static class RowPass
{
    // 1 MB: few calls of the source, and the block is still in the second-level cache when it is used.
    private const int BlockFloats = 1 << 18;

    /// <summary>Vectors from <paramref name="first"/> on, packed.</summary>
    public delegate void BlockAction(long first, int count, ReadOnlySpan<float> block);

    /// <summary>Hands all vectors over in their order, in blocks of at most <paramref name="most"/>.</summary>
    public static void ForEachBlock(IVectorRows rows, int most, BlockAction action, CancellationToken cancellationToken)
    {
        // A matrix lends its rows where they lie.
        var buffer = rows is Matrix ? [] : ArrayPool<float>.Shared.Rent(checked(most * rows.Dimension));
        for (long first = 0; first < rows.Count; first += most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(most, rows.Count - first);
            action(first, count, rows.Read(first, count, buffer));
        }
        if (buffer.Length > 0)
            ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>As above, in blocks of its own choice.</summary>
    public static void ForEachBlock(IVectorRows rows, BlockAction action, CancellationToken cancellationToken)
        => ForEachBlock(rows, Math.Max(1, BlockFloats / Math.Max(1, rows.Dimension)), action, cancellationToken);

    /// <summary>A copy of all in memory.</summary>
    public static Matrix ToMatrix(IVectorRows rows, CancellationToken cancellationToken)
    {
        var matrix = new Matrix(checked((int)rows.Count), rows.Dimension);
        ForEachBlock(rows, (first, count, block) => block.CopyTo(matrix.RowRange((int)first, count)), cancellationToken);
        return matrix;
    }
}
