using System.Buffers;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>Signs of the projections that <see cref="Numerics.Itq"/> fitted.</summary>
internal sealed class ItqCodec(Itq itq) : BinaryCodec("itq", itq.InputDimension, itq.Bits)
{
    public override byte[] Serialize() => itq.Serialize();

    private protected override void EncodeChecked(ReadOnlySpan<float> vector, Span<ulong> code)
    {
        var projected = ArrayPool<float>.Shared.Rent(Bits);
        itq.Project(vector, projected.AsSpan(0, Bits));
        Pack(projected, code);
        ArrayPool<float>.Shared.Return(projected);
    }
}
