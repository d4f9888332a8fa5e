using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// How stored elements become float32 on their way into the registers. Implemented by empty structs, so that each loop is compiled
/// once per storage with the conversion inlined.
/// </summary>
internal interface IElement<T>
    where T : unmanaged
{
    static abstract float Load(ref T origin, nint i);

    static abstract TVector Load<TSimd, TVector>(ref T origin, nint i)
        where TSimd : struct, ISingleSimd<TVector>
        where TVector : struct;
}

internal readonly struct SingleElement : IElement<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref float origin, nint i) => Unsafe.Add(ref origin, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(ref float origin, nint i)
        where TSimd : struct, ISingleSimd<TVector>
        where TVector : struct
        => TSimd.Load(ref origin, i);
}

/// <summary>IEEE half precision; see <see cref="ISingleSimd{TVector}.LoadHalves"/>.</summary>
internal readonly struct HalfElement : IElement<Half>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref Half origin, nint i)
        => BitConverter.Int32BitsToSingle((Unsafe.As<Half, short>(ref Unsafe.Add(ref origin, i)) << StoredElements.HalfShift) & StoredElements.HalfBits) * StoredElements.HalfBias;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(ref Half origin, nint i)
        where TSimd : struct, ISingleSimd<TVector>
        where TVector : struct
        => TSimd.LoadHalves(ref origin, i);
}

/// <summary>bfloat16: the upper half of a float32's bits.</summary>
internal readonly struct BFloat16Element : IElement<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref ushort origin, nint i) => BitConverter.UInt32BitsToSingle((uint)Unsafe.Add(ref origin, i) << StoredElements.BFloat16Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(ref ushort origin, nint i)
        where TSimd : struct, ISingleSimd<TVector>
        where TVector : struct
        => TSimd.LoadBFloat16(ref origin, i);
}
