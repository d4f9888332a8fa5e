using Semblance.Numerics;

namespace Semblance.Index.Rows;

/// <summary>Vectors that a format turns into rows; under cosine they are scaled to length 1 first.</summary>
internal readonly ref struct EncodedVectors<T> : IRowSource<T>
    where T : unmanaged
{
    private readonly RowFormat<T> _format;
    private readonly Metric _metric;
    private readonly ReadOnlySpan<float> _vector;
    private readonly Matrix? _vectors; // In place of _vector. It may be more than a span can hold.

    /// <summary>A single one.</summary>
    public EncodedVectors(RowFormat<T> format, Metric metric, ReadOnlySpan<float> vector)
    {
        _format = format;
        _metric = metric;
        _vector = vector;
    }

    /// <summary>The rows of a matrix.</summary>
    public EncodedVectors(RowFormat<T> format, Metric metric, Matrix vectors)
    {
        _format = format;
        _metric = metric;
        _vectors = vectors;
    }

    public void Fill(int first, int count, Span<T> slots)
    {
        var dimension = _format.Dimension;
        var packed = _vectors is null ? _vector : _vectors.RowRange(first, count);
        var scratch = _metric == Metric.Cosine ? new float[dimension] : null;
        for (var row = 0; row < count; row++)
        {
            var vector = packed.Slice(row * dimension, dimension);
            if (scratch is not null)
            {
                vector.CopyTo(scratch);
                VectorMath.NormalizeL2(scratch);
                vector = scratch;
            }
            _format.Encode(vector, slots.Slice(row * _format.Width, _format.Width));
        }
    }
}
