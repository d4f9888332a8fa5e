using System.Runtime.CompilerServices;
using Semblance.Index.Codecs;

namespace Semblance.Index.Scanning;

/// <summary>Keys of 8-bit rows under L2: squared distances to the decoded vectors; see <see cref="ByteRowFormat"/>.</summary>
internal readonly struct ByteL2Rows : IRowMetric<byte>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Keys(ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<float> keys)
    {
        ref readonly var q = ref ByteQueryHeader.Of(query);
        var (step, mean, square, codeSum, dimension) = (q.Step, q.Mean, q.Square, q.CodeSum, q.Dimension);
        var piece = new ByteRowPieces(query, rows);
        Span<int> products = stackalloc int[ByteRowPieces.Rows];
        for (var start = 0; start < keys.Length; start += ByteRowPieces.Rows)
        {
            var part = keys[start..Math.Min(start + ByteRowPieces.Rows, keys.Length)];
            piece.Products(start, products[..part.Length]);
            for (var i = 0; i < part.Length; i++)
            {
                ref readonly var row = ref piece.Header(start + i);
                var cross = step * ((row.Step * products[i]) - (codeSum * row.Base));
                var means = mean - row.Mean;
                // Each bracket is no larger than the distance and the two lengths: nothing overflows that the distance does not.
                part[i] = MathF.Max(0, (dimension * means * means) + ((square - cross) + (row.Square - cross)));
            }
        }
    }

    public static float Distance(float key) => L2Rows.Distance(key);

    public static float KeyBound(float distance) => L2Rows.KeyBound(distance);
}

/// <summary>Keys of 8-bit rows under the inner product: −q·x of the decoded x; see <see cref="ByteRowFormat"/>.</summary>
internal readonly struct ByteInnerProductRows : IRowMetric<byte>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Keys(ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<float> keys)
    {
        ref readonly var q = ref ByteQueryHeader.Of(query);
        var (step, mean, codeSum) = (q.Step, q.Mean * q.Dimension, q.CodeSum);
        var piece = new ByteRowPieces(query, rows);
        Span<int> products = stackalloc int[ByteRowPieces.Rows];
        for (var start = 0; start < keys.Length; start += ByteRowPieces.Rows)
        {
            var part = keys[start..Math.Min(start + ByteRowPieces.Rows, keys.Length)];
            piece.Products(start, products[..part.Length]);
            for (var i = 0; i < part.Length; i++)
            {
                ref readonly var row = ref piece.Header(start + i);
                part[i] = -((mean * row.Mean) + (step * ((row.Step * products[i]) - (codeSum * row.Base))));
            }
        }
    }

    public static float Distance(float key) => key;

    public static float KeyBound(float distance) => distance;
}

/// <summary>Keys of 8-bit rows under cosine: −cos, of a query of length 1 and rows of length 1.</summary>
internal readonly struct ByteCosineRows : IRowMetric<byte>
{
    public static void Keys(ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<float> keys) => ByteInnerProductRows.Keys(query, rows, keys);

    public static float Distance(float key) => CosineRows.Distance(key);

    public static float KeyBound(float distance) => CosineRows.KeyBound(distance);
}
