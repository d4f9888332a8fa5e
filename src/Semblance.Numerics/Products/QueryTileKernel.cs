using System.Runtime.CompilerServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>
/// A tile of 4 rows × 2 vectors of queries: eight of sixteen registers, two for the queries and one for a row's element. Of 8 rows
/// where there are thirty-two registers.
/// </summary>
internal sealed class QueryTileKernel<TSimd, TVector>(string name) : IQueryTileKernel
    where TSimd : struct, ISingleSimd<TVector>
    where TVector : struct
{
    public string Name => name;

    public int Rows => TSimd.Registers >= 32 ? 8 : 4;

    public int Columns => 2 * TSimd.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Select(int dimension, ref float rows, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks)
    {
        if (TSimd.Registers >= 32)
            SelectEight(dimension, ref rows, ref next, ref queries, ref offsets, ref thresholds, ref masks);
        else
            SelectFour(dimension, ref rows, ref next, ref queries, ref offsets, ref thresholds, ref masks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SelectFour(int dimension, ref float row0, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks)
    {
        Prefetch.Later(ref next, 4 * (nint)dimension);
        ref var row1 = ref Unsafe.Add(ref row0, (nint)dimension);
        ref var row2 = ref Unsafe.Add(ref row1, (nint)dimension);
        ref var row3 = ref Unsafe.Add(ref row2, (nint)dimension);
        TVector s00 = default, s01 = default;
        TVector s10 = default, s11 = default;
        TVector s20 = default, s21 = default;
        TVector s30 = default, s31 = default;
        for (nint k = 0; k < dimension; k++)
        {
            var q0 = TSimd.Load(ref queries, 0);
            var q1 = TSimd.Load(ref queries, TSimd.Count);
            queries = ref Unsafe.Add(ref queries, 2 * TSimd.Count);
            var x = TSimd.Create(Unsafe.Add(ref row0, k));
            s00 = TSimd.MultiplyAdd(x, q0, s00);
            s01 = TSimd.MultiplyAdd(x, q1, s01);
            x = TSimd.Create(Unsafe.Add(ref row1, k));
            s10 = TSimd.MultiplyAdd(x, q0, s10);
            s11 = TSimd.MultiplyAdd(x, q1, s11);
            x = TSimd.Create(Unsafe.Add(ref row2, k));
            s20 = TSimd.MultiplyAdd(x, q0, s20);
            s21 = TSimd.MultiplyAdd(x, q1, s21);
            x = TSimd.Create(Unsafe.Add(ref row3, k));
            s30 = TSimd.MultiplyAdd(x, q0, s30);
            s31 = TSimd.MultiplyAdd(x, q1, s31);
        }
        var t0 = TSimd.Load(ref thresholds, 0);
        var t1 = TSimd.Load(ref thresholds, TSimd.Count);
        masks = Below(offsets, s00, s01, t0, t1);
        Unsafe.Add(ref masks, 1) = Below(Unsafe.Add(ref offsets, 1), s10, s11, t0, t1);
        Unsafe.Add(ref masks, 2) = Below(Unsafe.Add(ref offsets, 2), s20, s21, t0, t1);
        Unsafe.Add(ref masks, 3) = Below(Unsafe.Add(ref offsets, 3), s30, s31, t0, t1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SelectEight(int dimension, ref float row0, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks)
    {
        Prefetch.Later(ref next, 8 * (nint)dimension);
        ref var row1 = ref Unsafe.Add(ref row0, (nint)dimension);
        ref var row2 = ref Unsafe.Add(ref row1, (nint)dimension);
        ref var row3 = ref Unsafe.Add(ref row2, (nint)dimension);
        ref var row4 = ref Unsafe.Add(ref row3, (nint)dimension);
        ref var row5 = ref Unsafe.Add(ref row4, (nint)dimension);
        ref var row6 = ref Unsafe.Add(ref row5, (nint)dimension);
        ref var row7 = ref Unsafe.Add(ref row6, (nint)dimension);
        TVector s00 = default, s01 = default;
        TVector s10 = default, s11 = default;
        TVector s20 = default, s21 = default;
        TVector s30 = default, s31 = default;
        TVector s40 = default, s41 = default;
        TVector s50 = default, s51 = default;
        TVector s60 = default, s61 = default;
        TVector s70 = default, s71 = default;
        for (nint k = 0; k < dimension; k++)
        {
            var q0 = TSimd.Load(ref queries, 0);
            var q1 = TSimd.Load(ref queries, TSimd.Count);
            queries = ref Unsafe.Add(ref queries, 2 * TSimd.Count);
            var x = TSimd.Create(Unsafe.Add(ref row0, k));
            s00 = TSimd.MultiplyAdd(x, q0, s00);
            s01 = TSimd.MultiplyAdd(x, q1, s01);
            x = TSimd.Create(Unsafe.Add(ref row1, k));
            s10 = TSimd.MultiplyAdd(x, q0, s10);
            s11 = TSimd.MultiplyAdd(x, q1, s11);
            x = TSimd.Create(Unsafe.Add(ref row2, k));
            s20 = TSimd.MultiplyAdd(x, q0, s20);
            s21 = TSimd.MultiplyAdd(x, q1, s21);
            x = TSimd.Create(Unsafe.Add(ref row3, k));
            s30 = TSimd.MultiplyAdd(x, q0, s30);
            s31 = TSimd.MultiplyAdd(x, q1, s31);
            x = TSimd.Create(Unsafe.Add(ref row4, k));
            s40 = TSimd.MultiplyAdd(x, q0, s40);
            s41 = TSimd.MultiplyAdd(x, q1, s41);
            x = TSimd.Create(Unsafe.Add(ref row5, k));
            s50 = TSimd.MultiplyAdd(x, q0, s50);
            s51 = TSimd.MultiplyAdd(x, q1, s51);
            x = TSimd.Create(Unsafe.Add(ref row6, k));
            s60 = TSimd.MultiplyAdd(x, q0, s60);
            s61 = TSimd.MultiplyAdd(x, q1, s61);
            x = TSimd.Create(Unsafe.Add(ref row7, k));
            s70 = TSimd.MultiplyAdd(x, q0, s70);
            s71 = TSimd.MultiplyAdd(x, q1, s71);
        }
        var t0 = TSimd.Load(ref thresholds, 0);
        var t1 = TSimd.Load(ref thresholds, TSimd.Count);
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
    private static uint Below(float offset, TVector left, TVector right, TVector leftThreshold, TVector rightThreshold)
    {
        var x = TSimd.Create(offset);
        return TSimd.BitsOfLessThanOrEqual(TSimd.Subtract(x, left), leftThreshold) | (TSimd.BitsOfLessThanOrEqual(TSimd.Subtract(x, right), rightThreshold) << TSimd.Count);
    }
}
