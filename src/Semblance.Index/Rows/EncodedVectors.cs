using Semblance.Numerics;

namespace Semblance.Index.Rows;

/// <summary>Vectors that a format turns into rows; under cosine they are scaled to length 1 first.</summary>
internal readonly ref struct EncodedVectors<T>(RowFormat<T> format, Metric metric, ReadOnlySpan<float> vectors) : IRowSource<T>
    where T : unmanaged
{
    private readonly ReadOnlySpan<float> _vectors = vectors;

    public void Fill(int first, int count, Span<T> slots)
    {
        var scratch = metric == Metric.Cosine ? new float[format.Dimension] : null;
        for (var row = 0; row < count; row++)
        {
            var vector = _vectors.Slice((first + row) * format.Dimension, format.Dimension);
            if (scratch is not null)
            {
                vector.CopyTo(scratch);
                VectorMath.NormalizeL2(scratch);
                vector = scratch;
            }
            format.Encode(vector, slots.Slice(row * format.Width, format.Width));
        }
    }
}
