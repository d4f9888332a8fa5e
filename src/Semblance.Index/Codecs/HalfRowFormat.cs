using System.Runtime.InteropServices;
using Semblance.Index.Rows;

namespace Semblance.Index.Codecs;

/// <summary>Each element rounded to IEEE half precision; queries stay float32.</summary>
internal sealed class HalfRowFormat(int dimension) : RowFormat<Half>(dimension)
{
    /// <summary>The largest magnitude that a half holds.</summary>
    public const float Largest = 65504;

    public override int Width => Dimension;

    public override int QueryWidth => 2 * Dimension;

    public override VectorStorage Storage => VectorStorage.Float16;

    public override void Encode(ReadOnlySpan<float> vector, Span<Half> row)
    {
        for (var i = 0; i < vector.Length; i++)
            row[i] = (Half)vector[i];
    }

    public override void EncodeQuery(ReadOnlySpan<float> query, Span<Half> prepared) => query.CopyTo(MemoryMarshal.Cast<Half, float>(prepared));

    public override void Decode(ReadOnlySpan<Half> row, Span<float> vector)
    {
        for (var i = 0; i < row.Length; i++)
            vector[i] = (float)row[i];
    }

    public override string? Problem(ReadOnlySpan<Half> row, Metric metric)
    {
        double square = 0;
        foreach (var x in row)
            square += (double)x * (double)x;
        return RoundedRows.Problem(square, metric);
    }
}
