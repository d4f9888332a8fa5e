using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>
/// The innermost product for results no wider than a vector: at most twenty-four rows of one vector. Every multiply-add needs an element of A of
/// its own, so loads are what limits it: two k at a time, since the pointers of rows that have no register are loaded too.
/// </summary>
internal static unsafe class NarrowTile<TSimd, TVector, T, TRows>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TRows : struct, IExtent
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileCall<T>* call)
    {
        var rows = call->Rows;
        var b = call->B;
        var step = call->Step;
        var a0 = TRows.Value > 0 ? rows[0] : null;
        var a1 = TRows.Value > 1 ? rows[1] : null;
        var a2 = TRows.Value > 2 ? rows[2] : null;
        var a3 = TRows.Value > 3 ? rows[3] : null;
        var a4 = TRows.Value > 4 ? rows[4] : null;
        var a5 = TRows.Value > 5 ? rows[5] : null;
        var a6 = TRows.Value > 6 ? rows[6] : null;
        var a7 = TRows.Value > 7 ? rows[7] : null;
        var a8 = TRows.Value > 8 ? rows[8] : null;
        var a9 = TRows.Value > 9 ? rows[9] : null;
        var a10 = TRows.Value > 10 ? rows[10] : null;
        var a11 = TRows.Value > 11 ? rows[11] : null;
        var a12 = TRows.Value > 12 ? rows[12] : null;
        var a13 = TRows.Value > 13 ? rows[13] : null;
        var a14 = TRows.Value > 14 ? rows[14] : null;
        var a15 = TRows.Value > 15 ? rows[15] : null;
        var a16 = TRows.Value > 16 ? rows[16] : null;
        var a17 = TRows.Value > 17 ? rows[17] : null;
        var a18 = TRows.Value > 18 ? rows[18] : null;
        var a19 = TRows.Value > 19 ? rows[19] : null;
        var a20 = TRows.Value > 20 ? rows[20] : null;
        var a21 = TRows.Value > 21 ? rows[21] : null;
        var a22 = TRows.Value > 22 ? rows[22] : null;
        var a23 = TRows.Value > 23 ? rows[23] : null;
        var c0 = TSimd.Zero;
        var c1 = TSimd.Zero;
        var c2 = TSimd.Zero;
        var c3 = TSimd.Zero;
        var c4 = TSimd.Zero;
        var c5 = TSimd.Zero;
        var c6 = TSimd.Zero;
        var c7 = TSimd.Zero;
        var c8 = TSimd.Zero;
        var c9 = TSimd.Zero;
        var c10 = TSimd.Zero;
        var c11 = TSimd.Zero;
        var c12 = TSimd.Zero;
        var c13 = TSimd.Zero;
        var c14 = TSimd.Zero;
        var c15 = TSimd.Zero;
        var c16 = TSimd.Zero;
        var c17 = TSimd.Zero;
        var c18 = TSimd.Zero;
        var c19 = TSimd.Zero;
        var c20 = TSimd.Zero;
        var c21 = TSimd.Zero;
        var c22 = TSimd.Zero;
        var c23 = TSimd.Zero;
        for (var segment = 0; segment < call->Segments; segment++)
        {
            var at = call->Offsets[segment] + call->Skip;
            var pairs = call->SegmentLength >> 1;
            for (; pairs > 0; pairs--)
            {
                var b0 = TSimd.Load(b);
                var b1 = TSimd.Load(b + TSimd.Count);
                b += 2 * TSimd.Count;
                var next = at + step;
                c0 = TSimd.MultiplyAdd(TSimd.Create(a0[at]), b0, c0);
                c0 = TSimd.MultiplyAdd(TSimd.Create(a0[next]), b1, c0);
                c1 = TSimd.MultiplyAdd(TSimd.Create(a1[at]), b0, c1);
                c1 = TSimd.MultiplyAdd(TSimd.Create(a1[next]), b1, c1);
                c2 = TSimd.MultiplyAdd(TSimd.Create(a2[at]), b0, c2);
                c2 = TSimd.MultiplyAdd(TSimd.Create(a2[next]), b1, c2);
                c3 = TSimd.MultiplyAdd(TSimd.Create(a3[at]), b0, c3);
                c3 = TSimd.MultiplyAdd(TSimd.Create(a3[next]), b1, c3);
                if (TRows.Value > 4)
                {
                    c4 = TSimd.MultiplyAdd(TSimd.Create(a4[at]), b0, c4);
                    c4 = TSimd.MultiplyAdd(TSimd.Create(a4[next]), b1, c4);
                    c5 = TSimd.MultiplyAdd(TSimd.Create(a5[at]), b0, c5);
                    c5 = TSimd.MultiplyAdd(TSimd.Create(a5[next]), b1, c5);
                    c6 = TSimd.MultiplyAdd(TSimd.Create(a6[at]), b0, c6);
                    c6 = TSimd.MultiplyAdd(TSimd.Create(a6[next]), b1, c6);
                    c7 = TSimd.MultiplyAdd(TSimd.Create(a7[at]), b0, c7);
                    c7 = TSimd.MultiplyAdd(TSimd.Create(a7[next]), b1, c7);
                }
                if (TRows.Value > 8)
                {
                    c8 = TSimd.MultiplyAdd(TSimd.Create(a8[at]), b0, c8);
                    c8 = TSimd.MultiplyAdd(TSimd.Create(a8[next]), b1, c8);
                    c9 = TSimd.MultiplyAdd(TSimd.Create(a9[at]), b0, c9);
                    c9 = TSimd.MultiplyAdd(TSimd.Create(a9[next]), b1, c9);
                    c10 = TSimd.MultiplyAdd(TSimd.Create(a10[at]), b0, c10);
                    c10 = TSimd.MultiplyAdd(TSimd.Create(a10[next]), b1, c10);
                    c11 = TSimd.MultiplyAdd(TSimd.Create(a11[at]), b0, c11);
                    c11 = TSimd.MultiplyAdd(TSimd.Create(a11[next]), b1, c11);
                }
                if (TRows.Value > 12)
                {
                    c12 = TSimd.MultiplyAdd(TSimd.Create(a12[at]), b0, c12);
                    c12 = TSimd.MultiplyAdd(TSimd.Create(a12[next]), b1, c12);
                    c13 = TSimd.MultiplyAdd(TSimd.Create(a13[at]), b0, c13);
                    c13 = TSimd.MultiplyAdd(TSimd.Create(a13[next]), b1, c13);
                    c14 = TSimd.MultiplyAdd(TSimd.Create(a14[at]), b0, c14);
                    c14 = TSimd.MultiplyAdd(TSimd.Create(a14[next]), b1, c14);
                    c15 = TSimd.MultiplyAdd(TSimd.Create(a15[at]), b0, c15);
                    c15 = TSimd.MultiplyAdd(TSimd.Create(a15[next]), b1, c15);
                    c16 = TSimd.MultiplyAdd(TSimd.Create(a16[at]), b0, c16);
                    c16 = TSimd.MultiplyAdd(TSimd.Create(a16[next]), b1, c16);
                    c17 = TSimd.MultiplyAdd(TSimd.Create(a17[at]), b0, c17);
                    c17 = TSimd.MultiplyAdd(TSimd.Create(a17[next]), b1, c17);
                    c18 = TSimd.MultiplyAdd(TSimd.Create(a18[at]), b0, c18);
                    c18 = TSimd.MultiplyAdd(TSimd.Create(a18[next]), b1, c18);
                    c19 = TSimd.MultiplyAdd(TSimd.Create(a19[at]), b0, c19);
                    c19 = TSimd.MultiplyAdd(TSimd.Create(a19[next]), b1, c19);
                    c20 = TSimd.MultiplyAdd(TSimd.Create(a20[at]), b0, c20);
                    c20 = TSimd.MultiplyAdd(TSimd.Create(a20[next]), b1, c20);
                    c21 = TSimd.MultiplyAdd(TSimd.Create(a21[at]), b0, c21);
                    c21 = TSimd.MultiplyAdd(TSimd.Create(a21[next]), b1, c21);
                    c22 = TSimd.MultiplyAdd(TSimd.Create(a22[at]), b0, c22);
                    c22 = TSimd.MultiplyAdd(TSimd.Create(a22[next]), b1, c22);
                    c23 = TSimd.MultiplyAdd(TSimd.Create(a23[at]), b0, c23);
                    c23 = TSimd.MultiplyAdd(TSimd.Create(a23[next]), b1, c23);
                }
                at = next + step;
            }
            if ((call->SegmentLength & 1) != 0)
            {
                var b0 = TSimd.Load(b);
                b += TSimd.Count;
                c0 = TSimd.MultiplyAdd(TSimd.Create(a0[at]), b0, c0);
                c1 = TSimd.MultiplyAdd(TSimd.Create(a1[at]), b0, c1);
                c2 = TSimd.MultiplyAdd(TSimd.Create(a2[at]), b0, c2);
                c3 = TSimd.MultiplyAdd(TSimd.Create(a3[at]), b0, c3);
                if (TRows.Value > 4)
                {
                    c4 = TSimd.MultiplyAdd(TSimd.Create(a4[at]), b0, c4);
                    c5 = TSimd.MultiplyAdd(TSimd.Create(a5[at]), b0, c5);
                    c6 = TSimd.MultiplyAdd(TSimd.Create(a6[at]), b0, c6);
                    c7 = TSimd.MultiplyAdd(TSimd.Create(a7[at]), b0, c7);
                }
                if (TRows.Value > 8)
                {
                    c8 = TSimd.MultiplyAdd(TSimd.Create(a8[at]), b0, c8);
                    c9 = TSimd.MultiplyAdd(TSimd.Create(a9[at]), b0, c9);
                    c10 = TSimd.MultiplyAdd(TSimd.Create(a10[at]), b0, c10);
                    c11 = TSimd.MultiplyAdd(TSimd.Create(a11[at]), b0, c11);
                }
                if (TRows.Value > 12)
                {
                    c12 = TSimd.MultiplyAdd(TSimd.Create(a12[at]), b0, c12);
                    c13 = TSimd.MultiplyAdd(TSimd.Create(a13[at]), b0, c13);
                    c14 = TSimd.MultiplyAdd(TSimd.Create(a14[at]), b0, c14);
                    c15 = TSimd.MultiplyAdd(TSimd.Create(a15[at]), b0, c15);
                    c16 = TSimd.MultiplyAdd(TSimd.Create(a16[at]), b0, c16);
                    c17 = TSimd.MultiplyAdd(TSimd.Create(a17[at]), b0, c17);
                    c18 = TSimd.MultiplyAdd(TSimd.Create(a18[at]), b0, c18);
                    c19 = TSimd.MultiplyAdd(TSimd.Create(a19[at]), b0, c19);
                    c20 = TSimd.MultiplyAdd(TSimd.Create(a20[at]), b0, c20);
                    c21 = TSimd.MultiplyAdd(TSimd.Create(a21[at]), b0, c21);
                    c22 = TSimd.MultiplyAdd(TSimd.Create(a22[at]), b0, c22);
                    c23 = TSimd.MultiplyAdd(TSimd.Create(a23[at]), b0, c23);
                }
            }
        }
        var targets = call->Targets;
        var column = call->Column;
        var height = call->Height;
        var width = call->Width;
        var add = call->Accumulate;
        if (width == TSimd.Count)
        {
            if (height > 0)
                Store(targets[0] + column, c0, add);
            if (TRows.Value > 1 && height > 1)
                Store(targets[1] + column, c1, add);
            if (TRows.Value > 2 && height > 2)
                Store(targets[2] + column, c2, add);
            if (TRows.Value > 3 && height > 3)
                Store(targets[3] + column, c3, add);
            if (TRows.Value > 4 && height > 4)
                Store(targets[4] + column, c4, add);
            if (TRows.Value > 5 && height > 5)
                Store(targets[5] + column, c5, add);
            if (TRows.Value > 6 && height > 6)
                Store(targets[6] + column, c6, add);
            if (TRows.Value > 7 && height > 7)
                Store(targets[7] + column, c7, add);
            if (TRows.Value > 8 && height > 8)
                Store(targets[8] + column, c8, add);
            if (TRows.Value > 9 && height > 9)
                Store(targets[9] + column, c9, add);
            if (TRows.Value > 10 && height > 10)
                Store(targets[10] + column, c10, add);
            if (TRows.Value > 11 && height > 11)
                Store(targets[11] + column, c11, add);
            if (TRows.Value > 12 && height > 12)
                Store(targets[12] + column, c12, add);
            if (TRows.Value > 13 && height > 13)
                Store(targets[13] + column, c13, add);
            if (TRows.Value > 14 && height > 14)
                Store(targets[14] + column, c14, add);
            if (TRows.Value > 15 && height > 15)
                Store(targets[15] + column, c15, add);
            if (TRows.Value > 16 && height > 16)
                Store(targets[16] + column, c16, add);
            if (TRows.Value > 17 && height > 17)
                Store(targets[17] + column, c17, add);
            if (TRows.Value > 18 && height > 18)
                Store(targets[18] + column, c18, add);
            if (TRows.Value > 19 && height > 19)
                Store(targets[19] + column, c19, add);
            if (TRows.Value > 20 && height > 20)
                Store(targets[20] + column, c20, add);
            if (TRows.Value > 21 && height > 21)
                Store(targets[21] + column, c21, add);
            if (TRows.Value > 22 && height > 22)
                Store(targets[22] + column, c22, add);
            if (TRows.Value > 23 && height > 23)
                Store(targets[23] + column, c23, add);
        }
        else
        {
            if (height > 0)
                StoreFirst(targets[0] + column, c0, width, add);
            if (TRows.Value > 1 && height > 1)
                StoreFirst(targets[1] + column, c1, width, add);
            if (TRows.Value > 2 && height > 2)
                StoreFirst(targets[2] + column, c2, width, add);
            if (TRows.Value > 3 && height > 3)
                StoreFirst(targets[3] + column, c3, width, add);
            if (TRows.Value > 4 && height > 4)
                StoreFirst(targets[4] + column, c4, width, add);
            if (TRows.Value > 5 && height > 5)
                StoreFirst(targets[5] + column, c5, width, add);
            if (TRows.Value > 6 && height > 6)
                StoreFirst(targets[6] + column, c6, width, add);
            if (TRows.Value > 7 && height > 7)
                StoreFirst(targets[7] + column, c7, width, add);
            if (TRows.Value > 8 && height > 8)
                StoreFirst(targets[8] + column, c8, width, add);
            if (TRows.Value > 9 && height > 9)
                StoreFirst(targets[9] + column, c9, width, add);
            if (TRows.Value > 10 && height > 10)
                StoreFirst(targets[10] + column, c10, width, add);
            if (TRows.Value > 11 && height > 11)
                StoreFirst(targets[11] + column, c11, width, add);
            if (TRows.Value > 12 && height > 12)
                StoreFirst(targets[12] + column, c12, width, add);
            if (TRows.Value > 13 && height > 13)
                StoreFirst(targets[13] + column, c13, width, add);
            if (TRows.Value > 14 && height > 14)
                StoreFirst(targets[14] + column, c14, width, add);
            if (TRows.Value > 15 && height > 15)
                StoreFirst(targets[15] + column, c15, width, add);
            if (TRows.Value > 16 && height > 16)
                StoreFirst(targets[16] + column, c16, width, add);
            if (TRows.Value > 17 && height > 17)
                StoreFirst(targets[17] + column, c17, width, add);
            if (TRows.Value > 18 && height > 18)
                StoreFirst(targets[18] + column, c18, width, add);
            if (TRows.Value > 19 && height > 19)
                StoreFirst(targets[19] + column, c19, width, add);
            if (TRows.Value > 20 && height > 20)
                StoreFirst(targets[20] + column, c20, width, add);
            if (TRows.Value > 21 && height > 21)
                StoreFirst(targets[21] + column, c21, width, add);
            if (TRows.Value > 22 && height > 22)
                StoreFirst(targets[22] + column, c22, width, add);
            if (TRows.Value > 23 && height > 23)
                StoreFirst(targets[23] + column, c23, width, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TVector value, bool add)
        => TSimd.Store(add ? TSimd.Add(value, TSimd.Load(target)) : value, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst(T* target, TVector value, int width, bool add)
        => TSimd.StoreFirst(add ? TSimd.Add(value, TSimd.LoadFirst(target, width)) : value, target, width);
}
