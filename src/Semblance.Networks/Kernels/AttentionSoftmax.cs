using System.Numerics;
using System.Numerics.Tensors;

namespace Semblance.Networks.Kernels;

/// <summary>Softmax over rows of attention scores, of which a mask may leave out some.</summary>
internal static unsafe class AttentionSoftmax
{
    /// <summary>
    /// p = softmax(factor · p) along rows of <paramref name="keys"/>, in place. A row that may look at nothing becomes zeros.
    /// </summary>
    /// <param name="rows">Rows in all; row i is query i mod <paramref name="queries"/>.</param>
    /// <param name="causal">Whether query q sees keys 0 … q alone.</param>
    /// <param name="mask">0 at the keys that are not to be seen; null for none. One row for each query, <paramref name="maskStride"/> apart.</param>
    public static void Forward<T>(LayerCall<T> call, T* p, nint rows, int queries, int keys, T factor, bool causal, T* mask, nint maskStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => call.ForRanges(rows, 1 + (1 << 12) / keys, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var query = (int)(row % queries);
                var seen = causal ? query + 1 : keys;
                new Span<T>(p + row * keys + seen, keys - seen).Clear();
                var scores = new Span<T>(p + row * keys, seen);
                if (mask != null)
                    Hide(scores, mask + query * maskStride);
                var largest = TensorPrimitives.Max<T>(scores);
                if (T.IsNegativeInfinity(largest))
                {
                    scores.Clear();
                    continue;
                }
                TensorPrimitives.Subtract(scores, largest, scores);
                TensorPrimitives.Multiply(scores, factor, scores);
                TensorPrimitives.Exp<T>(scores, scores);
                TensorPrimitives.Multiply(scores, T.One / TensorPrimitives.Sum<T>(scores), scores);
            }
        });

    /// <summary>d = factor · p · (d − Σ p · d) along rows: the gradient of the scores, in the place of that of the probabilities.</summary>
    public static void Backward<T>(LayerCall<T> call, T* p, T* d, nint rows, int keys, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => call.ForRanges(rows, 1 + (1 << 12) / keys, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var probabilities = new ReadOnlySpan<T>(p + row * keys, keys);
                var gradient = new Span<T>(d + row * keys, keys);
                TensorPrimitives.Subtract(gradient, TensorPrimitives.Dot(probabilities, gradient), gradient);
                TensorPrimitives.Multiply(gradient, probabilities, gradient);
                TensorPrimitives.Multiply(gradient, factor, gradient);
            }
        });

    private static void Hide<T>(Span<T> scores, T* mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var key = 0; key < scores.Length; key++)
        {
            if (mask[key] == T.Zero)
                scores[key] = T.NegativeInfinity;
        }
    }
}
