using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Index.Codecs;

/// <summary>The numbers in front of a prepared query's 16-bit codes. Element i of the query is Mean + Step · code i.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct ByteQueryHeader
{
    public const int Size = 32;

    public float Step;

    public float Mean;

    /// <summary>Σ (element − mean)² of the coded elements.</summary>
    public float Square;

    /// <summary>The sum of the codes: 0 but for their rounding.</summary>
    public float CodeSum;

    public float Dimension;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ByteQueryHeader Of(Span<byte> query) => ref MemoryMarshal.AsRef<ByteQueryHeader>(query);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly ByteQueryHeader Of(ReadOnlySpan<byte> query) => ref MemoryMarshal.AsRef<ByteQueryHeader>(query);
}
