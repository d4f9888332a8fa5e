using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Semblance.Numerics.Kernels;
using Vec = System.Runtime.Intrinsics.Vector512;
using VecF = System.Runtime.Intrinsics.Vector512<float>;

namespace Semblance.Numerics.Products;

/// <summary>An 8 × 32 tile: sixteen of the thirty-two AVX-512 registers, two for the queries and one for a row's element.</summary>
internal sealed class Vector512QueryTileKernel : IQueryTileKernel
{
    public string Name => "512";

    public int Rows => 8;

    public int Columns => 2 * VecF.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Select(int dimension, ref float row0, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks)
    {
        Prefetch.Later(ref next, 8 * (nint)dimension);
        ref var row1 = ref Unsafe.Add(ref row0, (nint)dimension);
        ref var row2 = ref Unsafe.Add(ref row1, (nint)dimension);
        ref var row3 = ref Unsafe.Add(ref row2, (nint)dimension);
        ref var row4 = ref Unsafe.Add(ref row3, (nint)dimension);
        ref var row5 = ref Unsafe.Add(ref row4, (nint)dimension);
        ref var row6 = ref Unsafe.Add(ref row5, (nint)dimension);
        ref var row7 = ref Unsafe.Add(ref row6, (nint)dimension);
        VecF s00 = default, s01 = default;
        VecF s10 = default, s11 = default;
        VecF s20 = default, s21 = default;
        VecF s30 = default, s31 = default;
        VecF s40 = default, s41 = default;
        VecF s50 = default, s51 = default;
        VecF s60 = default, s61 = default;
        VecF s70 = default, s71 = default;
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
            x = Vec.Create(Unsafe.Add(ref row4, k));
            s40 = Vec.MultiplyAddEstimate(x, q0, s40);
            s41 = Vec.MultiplyAddEstimate(x, q1, s41);
            x = Vec.Create(Unsafe.Add(ref row5, k));
            s50 = Vec.MultiplyAddEstimate(x, q0, s50);
            s51 = Vec.MultiplyAddEstimate(x, q1, s51);
            x = Vec.Create(Unsafe.Add(ref row6, k));
            s60 = Vec.MultiplyAddEstimate(x, q0, s60);
            s61 = Vec.MultiplyAddEstimate(x, q1, s61);
            x = Vec.Create(Unsafe.Add(ref row7, k));
            s70 = Vec.MultiplyAddEstimate(x, q0, s70);
            s71 = Vec.MultiplyAddEstimate(x, q1, s71);
        }
        var t0 = Vec.LoadUnsafe(ref thresholds);
        var t1 = Vec.LoadUnsafe(ref thresholds, (nuint)VecF.Count);
        masks = Below(offsets, s00, s01, t0, t1);
        Unsafe.Add(ref masks, 1) = Below(Unsafe.Add(ref offsets, 1), s10, s11, t0, t1);
        Unsafe.Add(ref masks, 2) = Below(Unsafe.Add(ref offsets, 2), s20, s21, t0, t1);
        Unsafe.Add(ref masks, 3) = Below(Unsafe.Add(ref offsets, 3), s30, s31, t0, t1);
        Unsafe.Add(ref masks, 4) = Below(Unsafe.Add(ref offsets, 4), s40, s41, t0, t1);
        Unsafe.Add(ref masks, 5) = Below(Unsafe.Add(ref offsets, 5), s50, s51, t0, t1);
        Unsafe.Add(ref masks, 6) = Below(Unsafe.Add(ref offsets, 6), s60, s61, t0, t1);
        Unsafe.Add(ref masks, 7) = Below(Unsafe.Add(ref offsets, 7), s70, s71, t0, t1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Below(float offset, VecF left, VecF right, VecF leftThreshold, VecF rightThreshold)
    {
        var x = Vec.Create(offset);
        return (uint)(Vec.LessThanOrEqual(x - left, leftThreshold).ExtractMostSignificantBits()
            | (Vec.LessThanOrEqual(x - right, rightThreshold).ExtractMostSignificantBits() << VecF.Count));
    }
}
