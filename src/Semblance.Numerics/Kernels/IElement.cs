using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// How stored elements become float32 on their way into the registers. Implemented by empty structs, so that each loop is compiled
/// once per storage with the conversion inlined.
/// </summary>
internal interface IElement<T>
    where T : unmanaged
{
    static abstract float Load(ref T origin, nint i);

    static abstract Vector128<float> Load128(ref T origin, nint i);

    static abstract Vector256<float> Load256(ref T origin, nint i);

    static abstract Vector512<float> Load512(ref T origin, nint i);
}

internal readonly struct SingleElement : IElement<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref float origin, nint i) => Unsafe.Add(ref origin, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(ref float origin, nint i) => Vector128.LoadUnsafe(ref origin, (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(ref float origin, nint i) => Vector256.LoadUnsafe(ref origin, (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(ref float origin, nint i) => Vector512.LoadUnsafe(ref origin, (nuint)i);
}

/// <summary>
/// IEEE half precision, without the conversion instructions that .NET 10 does not offer: the bits of exponent and fraction are moved to
/// where float32 has them, and the exponent's other bias is made good by a factor of 2¹¹². Exact for every finite half, denormals included.
/// </summary>
internal readonly struct HalfElement : IElement<Half>
{
    // 127 − 15 = 112.
    private const float Bias = 5.192296858534828e33f;

    // After a signed widening and a shift: the sign, and the 15 bits below its copies.
    private const int Bits = unchecked((int)0x8FFF_E000);
    private const int Shift = 13;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref Half origin, nint i) =>
        BitConverter.Int32BitsToSingle((Unsafe.As<Half, short>(ref Unsafe.Add(ref origin, i)) << Shift) & Bits) * Bias;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(ref Half origin, nint i)
    {
        var wide = Vector128.WidenLower(Vector64.LoadUnsafe(ref Unsafe.As<Half, short>(ref origin), (nuint)i).ToVector128Unsafe());
        return ((wide << Shift) & Vector128.Create(Bits)).AsSingle() * Vector128.Create(Bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(ref Half origin, nint i)
    {
        var wide = Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref Unsafe.As<Half, short>(ref origin), (nuint)i));
        return ((wide << Shift) & Vector256.Create(Bits)).AsSingle() * Vector256.Create(Bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(ref Half origin, nint i)
    {
        var wide = Avx512F.ConvertToVector512Int32(Vector256.LoadUnsafe(ref Unsafe.As<Half, short>(ref origin), (nuint)i));
        return ((wide << Shift) & Vector512.Create(Bits)).AsSingle() * Vector512.Create(Bias);
    }
}

/// <summary>bfloat16: the upper half of a float32's bits.</summary>
internal readonly struct BFloat16Element : IElement<ushort>
{
    private const int Shift = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref ushort origin, nint i) => BitConverter.UInt32BitsToSingle((uint)Unsafe.Add(ref origin, i) << Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(ref ushort origin, nint i) =>
        (Vector128.WidenLower(Vector64.LoadUnsafe(ref origin, (nuint)i).ToVector128Unsafe()) << Shift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(ref ushort origin, nint i) =>
        (Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref origin, (nuint)i)) << Shift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(ref ushort origin, nint i) =>
        (Avx512F.ConvertToVector512Int32(Vector256.LoadUnsafe(ref origin, (nuint)i)) << Shift).AsSingle();
}
