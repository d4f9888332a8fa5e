using Semblance.Numerics;

namespace Semblance.Evaluation.Streaming;

/// <summary>Rows scaled to length 1 whenever they are read: for rows that are not to be kept twice. The bits are those of a copy scaled once.</summary>
internal sealed class UnitRows : IVectorRows
{
    private readonly IVectorRows _rows;

    private UnitRows(IVectorRows rows) => _rows = rows;

    public long Count => _rows.Count;

    public int Dimension => _rows.Dimension;

    /// <summary>A copy of a matrix, which then is read again and again at no cost; a view of anything else.</summary>
    public static IVectorRows Of(IVectorRows rows)
    {
        if (rows is not Matrix source)
            return new UnitRows(rows);
        var copy = new Matrix(source.Rows, source.Columns);
        for (var i = 0; i < copy.Rows; i++)
        {
            source.Row(i).CopyTo(copy.Row(i));
            VectorMath.NormalizeL2(copy.Row(i));
        }
        return copy;
    }

    public ReadOnlySpan<float> Read(long first, int count, Span<float> buffer)
    {
        var scaled = buffer[..(count * Dimension)];
        _rows.Read(first, count, scaled).CopyTo(scaled);
        for (var i = 0; i < count; i++)
            VectorMath.NormalizeL2(scaled.Slice(i * Dimension, Dimension));
        return scaled;
    }
}
