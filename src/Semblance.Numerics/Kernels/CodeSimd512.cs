using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics.Kernels;

/// <summary>A cache line at a time: AVX-512 (F, BW).</summary>
internal readonly unsafe struct CodeSimd512 : ICodeSimd<Vector512<byte>, Vector512<int>>
{
    public static int Count => Vector512<byte>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(void* source) => Vector512.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadSixteen(void* source) => Vector128.Load((byte*)source).ToVector256().ToVector512();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Create(byte value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> And(Vector512<byte> left, Vector512<byte> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Subtract(Vector512<byte> left, Vector512<byte> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Abs(Vector512<byte> bytes) => Avx512BW.Abs(bytes.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftLeft(Vector512<byte> pairs, int bits) => (pairs.AsUInt16() << bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftRight(Vector512<byte> pairs, int bits) => (pairs.AsUInt16() >> bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> left, Vector512<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Products(Vector512<byte> unsigned, Vector512<byte> signed) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(unsigned, signed.AsSByte()), Vector512.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Products(Vector512<byte> unsigned0, Vector512<byte> signed0, Vector512<byte> unsigned1, Vector512<byte> signed1) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(unsigned0, signed0.AsSByte()) + Avx512BW.MultiplyAddAdjacent(unsigned1, signed1.AsSByte()), Vector512.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d)
    {
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        var lanes = Avx512F.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx512F.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32();
        var halves = lanes.GetLower() + lanes.GetUpper();
        return halves.GetLower() + halves.GetUpper();
    }
}
