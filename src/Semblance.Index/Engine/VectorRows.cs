using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index.Engine;

/// <summary>Float vectors, kept as <paramref name="format"/> keeps them; under cosine scaled to length 1.</summary>
internal sealed class VectorRows<T>(RowFormat<T> format, Metric metric) : RowForm<T>
    where T : unmanaged
{
    public RowFormat<T> Format => format;

    public override int Width => format.Width;

    public override int QueryWidth => format.QueryWidth;

    public override int Dimension => format.Dimension;

    public override Metric? Metric => metric;

    public override string Section => RowSections.Rows;

    public override bool PacksIds => false;

    public override bool TiesAreHits => false;

    public override IEnumerable<IndexFileSection> Sections => StorageSection.Write(format.Storage);

    public override RowQuery<T> QueryOf(ReadOnlySpan<T> row)
    {
        var vector = new float[format.Dimension];
        format.Decode(row, vector);
        return Owned(vector);
    }

    /// <param name="vector">As somebody gave it.</param>
    public RowQuery<T> QueryFor(ReadOnlySpan<float> vector) => Owned(vector.ToArray());

    public override string? Problem(ReadOnlySpan<T> row) => format.Problem(row, metric);

    private RowQuery<T> Owned(float[] vector)
    {
        if (metric == Index.Metric.Cosine)
            VectorMath.NormalizeL2(vector);
        if (vector is T[] same)
            return new RowQuery<T>(vector, same);
        var prepared = new T[format.QueryWidth];
        format.EncodeQuery(vector, prepared);
        return new RowQuery<T>(vector, prepared);
    }
}
