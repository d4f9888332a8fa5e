using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// What a loop over pairs of elements adds up. Implemented by empty structs, so that each loop is compiled once per
/// operation with the operation inlined.
/// </summary>
internal interface IPairOperation
{
    static abstract float Add(float sum, float a, float b);

    static abstract TVector Add<TSimd, TVector>(TVector sum, TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, float>
        where TVector : struct;
}

/// <summary>Adds a·b, fused where the machine fuses.</summary>
internal readonly struct DotOperation : IPairOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float sum, float a, float b) => float.MultiplyAddEstimate(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TSimd, TVector>(TVector sum, TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, float>
        where TVector : struct
        => TSimd.MultiplyAdd(a, b, sum);
}

/// <summary>Adds (a − b)².</summary>
internal readonly struct SquaredL2Operation : IPairOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float sum, float a, float b) => float.MultiplyAddEstimate(a - b, a - b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TSimd, TVector>(TVector sum, TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, float>
        where TVector : struct
    {
        var difference = TSimd.Subtract(a, b);
        return TSimd.MultiplyAdd(difference, difference, sum);
    }
}
