using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Semblance.Numerics.Kernels;
using Vec = System.Runtime.Intrinsics.Vector256;
using VecF = System.Runtime.Intrinsics.Vector256<float>;

namespace Semblance.Numerics.Products;

/// <summary>A 4 × 16 tile: eight of the sixteen AVX registers, two for the queries and one for a row's element.</summary>
internal sealed class Vector256QueryTileKernel : IQueryTileKernel
{
    public string Name => "256";

    public int Rows => 4;

    public int Columns => 2 * VecF.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Select(int dimension, ref float row0, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks)
    {
        Prefetch.Later(ref next, 4 * (nint)dimension);
        ref var row1 = ref Unsafe.Add(ref row0, (nint)dimension);
        ref var row2 = ref Unsafe.Add(ref row1, (nint)dimension);
        ref var row3 = ref Unsafe.Add(ref row2, (nint)dimension);
        VecF s00 = default, s01 = default;
        VecF s10 = default, s11 = default;
        VecF s20 = default, s21 = default;
        VecF s30 = default, s31 = default;
        for (nint k = 0; k < dimension; k++)
        {
            var q0 = Vec.LoadUnsafe(ref queries);
            var q1 = Vec.LoadUnsafe(ref queries, (nuint)VecF.Count);
            queries = ref Unsafe.Add(ref queries, 2 * VecF.Count);
            var x = Vec.Create(Unsafe.Add(ref row0, k));
            s00 = Vec.MultiplyAddEstimate(x, q0, s00);
            s01 = Vec.MultiplyAddEstimate(x, q1, s01);
            x = Vec.Create(Unsafe.Add(ref row1, k));
            s10 = Vec.MultiplyAddEstimate(x, q0, s10);
            s11 = Vec.MultiplyAddEstimate(x, q1, s11);
            x = Vec.Create(Unsafe.Add(ref row2, k));
            s20 = Vec.MultiplyAddEstimate(x, q0, s20);
            s21 = Vec.MultiplyAddEstimate(x, q1, s21);
            x = Vec.Create(Unsafe.Add(ref row3, k));
            s30 = Vec.MultiplyAddEstimate(x, q0, s30);
            s31 = Vec.MultiplyAddEstimate(x, q1, s31);
        }
        var t0 = Vec.LoadUnsafe(ref thresholds);
        var t1 = Vec.LoadUnsafe(ref thresholds, (nuint)VecF.Count);
        masks = Below(offsets, s00, s01, t0, t1);
        Unsafe.Add(ref masks, 1) = Below(Unsafe.Add(ref offsets, 1), s10, s11, t0, t1);
        Unsafe.Add(ref masks, 2) = Below(Unsafe.Add(ref offsets, 2), s20, s21, t0, t1);
        Unsafe.Add(ref masks, 3) = Below(Unsafe.Add(ref offsets, 3), s30, s31, t0, t1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Below(float offset, VecF left, VecF right, VecF leftThreshold, VecF rightThreshold)
    {
        var x = Vec.Create(offset);
        return (uint)(Vec.LessThanOrEqual(x - left, leftThreshold).ExtractMostSignificantBits()
            | (Vec.LessThanOrEqual(x - right, rightThreshold).ExtractMostSignificantBits() << VecF.Count));
    }
}
