using Semblance.Numerics;

namespace Semblance.Index.Rows;

/// <summary>
/// How a vector is kept as a row of <typeparamref name="T"/>, and how a query is prepared to be measured against such rows.
/// Vectors arrive as the metric needs them: of length 1 under cosine.
/// </summary>
internal abstract class RowFormat<T>(int dimension)
    where T : unmanaged
{
    public int Dimension { get; } = dimension;

    /// <summary>Elements of a row.</summary>
    public abstract int Width { get; }

    /// <summary>Elements of a prepared query.</summary>
    public abstract int QueryWidth { get; }

    public abstract VectorStorage Storage { get; }

    public abstract void Encode(ReadOnlySpan<float> vector, Span<T> row);

    public abstract void EncodeQuery(ReadOnlySpan<float> query, Span<T> prepared);

    /// <summary>The vector, or what the row still knows of it.</summary>
    public abstract void Decode(ReadOnlySpan<T> row, Span<float> vector);

    /// <summary>Why the row cannot be what was added, as a part of a sentence; null when it can.</summary>
    public abstract string? Problem(ReadOnlySpan<T> row, Metric metric);
}

/// <summary>The vector itself.</summary>
internal sealed class FloatRowFormat(int dimension) : RowFormat<float>(dimension)
{
    public override int Width => Dimension;

    public override int QueryWidth => Dimension;

    public override VectorStorage Storage => VectorStorage.Float32;

    public override void Encode(ReadOnlySpan<float> vector, Span<float> row) => vector.CopyTo(row);

    public override void EncodeQuery(ReadOnlySpan<float> query, Span<float> prepared) => query.CopyTo(prepared);

    public override void Decode(ReadOnlySpan<float> row, Span<float> vector) => row.CopyTo(vector);

    public override string? Problem(ReadOnlySpan<float> row, Metric metric)
    {
        var square = VectorMath.Dot(row, row);
        return !float.IsFinite(square) || (metric == Metric.Cosine && square != 0 && MathF.Abs(square - 1) > 1e-3f)
            ? $"its squared length is {square}"
            : null;
    }
}
