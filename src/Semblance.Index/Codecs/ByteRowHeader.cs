using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Index.Codecs;

/// <summary>The numbers in front of a row's codes. Element i of the decoded vector is Mean − Base + Step · code i.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ByteRowHeader
{
    public const int Size = 16;

    public float Step;

    /// <summary>Step times the mean of the codes.</summary>
    public float Base;

    /// <summary>The mean of the vector's elements.</summary>
    public float Mean;

    /// <summary>Σ (element − mean)² of the decoded elements.</summary>
    public float Square;

    // Rows begin at any multiple of 16 bytes of memory that the caller chose; no machine .NET runs on minds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ByteRowHeader Of(Span<byte> row) => ref MemoryMarshal.AsRef<ByteRowHeader>(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly ByteRowHeader Of(ReadOnlySpan<byte> row) => ref MemoryMarshal.AsRef<ByteRowHeader>(row);
}
