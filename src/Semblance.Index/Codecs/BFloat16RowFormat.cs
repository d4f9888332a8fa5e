using System.Runtime.InteropServices;
using Semblance.Index.Rows;

namespace Semblance.Index.Codecs;

/// <summary>Each element rounded to bfloat16, the upper half of its float32; queries stay float32.</summary>
internal sealed class BFloat16RowFormat(int dimension) : RowFormat<ushort>(dimension)
{
    public override int Width => Dimension;

    public override int QueryWidth => 2 * Dimension;

    public override VectorStorage Storage => VectorStorage.BFloat16;

    public override void Encode(ReadOnlySpan<float> vector, Span<ushort> row)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            // To the nearest, halves to the even one. Vectors are far too short for this to reach infinity.
            var bits = BitConverter.SingleToUInt32Bits(vector[i]);
            row[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    public override void EncodeQuery(ReadOnlySpan<float> query, Span<ushort> prepared) => query.CopyTo(MemoryMarshal.Cast<ushort, float>(prepared));

    public override void Decode(ReadOnlySpan<ushort> row, Span<float> vector)
    {
        for (var i = 0; i < row.Length; i++)
            vector[i] = Widen(row[i]);
    }

    public override string? Problem(ReadOnlySpan<ushort> row, Metric metric)
    {
        double square = 0;
        foreach (var bits in row)
            square += (double)Widen(bits) * Widen(bits);
        return RoundedRows.Problem(square, metric);
    }

    private static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
