using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>A <see cref="BinaryCodec"/> as a head: a bit that is set is 1 and one that is not −1.</summary>
public sealed class BinaryHead(BinaryCodec codec) : IVectorHead
{
    public int InputDimension => codec.Dimension;

    public int Dimension => codec.Bits;

    public static BinaryHead Load(byte[] bytes) => new(BinaryCodec.Deserialize(bytes));

    public Matrix Apply(Matrix raw)
    {
        var codes = codec.Encode(raw);
        var words = Dimension / 64;
        var bits = new Matrix(raw.Rows, Dimension);
        for (var row = 0; row < bits.Rows; row++)
        {
            var signs = bits.Row(row);
            for (var bit = 0; bit < signs.Length; bit++)
                signs[bit] = (codes[(row * words) + (bit / 64)] >> (bit % 64) & 1) != 0 ? 1 : -1;
        }
        return bits;
    }

    public byte[] Serialize() => codec.Serialize();
}
