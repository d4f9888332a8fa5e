using System.Runtime.CompilerServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>
/// The innermost product: a tile of C in registers, at most twelve rows by two vectors, or half the rows where the machine has
/// sixteen registers. Rows of A are broadcast from where they lie, so only B has to be packed.
/// </summary>
internal static unsafe class WideTile<TSimd, TVector, T, TRows>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TRows : struct, IExtent
{
    // Straight-line on purpose: accumulators in an array, or a call that could be reached, would live in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileCall<T>* call)
    {
        var rows = call->Rows;
        var b = call->B;
        var step = call->Step;
        var ahead = call->Ahead;
        var aheadStep = call->AheadStep;
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
        TVector c00 = TSimd.Zero, c01 = TSimd.Zero;
        TVector c10 = TSimd.Zero, c11 = TSimd.Zero;
        TVector c20 = TSimd.Zero, c21 = TSimd.Zero;
        TVector c30 = TSimd.Zero, c31 = TSimd.Zero;
        TVector c40 = TSimd.Zero, c41 = TSimd.Zero;
        TVector c50 = TSimd.Zero, c51 = TSimd.Zero;
        TVector c60 = TSimd.Zero, c61 = TSimd.Zero;
        TVector c70 = TSimd.Zero, c71 = TSimd.Zero;
        TVector c80 = TSimd.Zero, c81 = TSimd.Zero;
        TVector c90 = TSimd.Zero, c91 = TSimd.Zero;
        TVector c100 = TSimd.Zero, c101 = TSimd.Zero;
        TVector c110 = TSimd.Zero, c111 = TSimd.Zero;
        for (var segment = 0; segment < call->Segments; segment++)
        {
            var at = call->Offsets[segment] + call->Skip;
            var end = at + (call->SegmentLength * step);
            for (; at != end; at += step)
            {
                var b0 = TSimd.Load(b);
                var b1 = TSimd.Load(b + TSimd.Count);
                b += 2 * TSimd.Count;
                Prefetch.Near(ahead);
                ahead += aheadStep;
                var x = TSimd.Create(a0[at]);
                c00 = TSimd.MultiplyAdd(x, b0, c00);
                c01 = TSimd.MultiplyAdd(x, b1, c01);
                x = TSimd.Create(a1[at]);
                c10 = TSimd.MultiplyAdd(x, b0, c10);
                c11 = TSimd.MultiplyAdd(x, b1, c11);
                if (TRows.Value > 2)
                {
                    x = TSimd.Create(a2[at]);
                    c20 = TSimd.MultiplyAdd(x, b0, c20);
                    c21 = TSimd.MultiplyAdd(x, b1, c21);
                    x = TSimd.Create(a3[at]);
                    c30 = TSimd.MultiplyAdd(x, b0, c30);
                    c31 = TSimd.MultiplyAdd(x, b1, c31);
                }
                if (TRows.Value > 4)
                {
                    x = TSimd.Create(a4[at]);
                    c40 = TSimd.MultiplyAdd(x, b0, c40);
                    c41 = TSimd.MultiplyAdd(x, b1, c41);
                    x = TSimd.Create(a5[at]);
                    c50 = TSimd.MultiplyAdd(x, b0, c50);
                    c51 = TSimd.MultiplyAdd(x, b1, c51);
                }
                if (TRows.Value > 6)
                {
                    x = TSimd.Create(a6[at]);
                    c60 = TSimd.MultiplyAdd(x, b0, c60);
                    c61 = TSimd.MultiplyAdd(x, b1, c61);
                    x = TSimd.Create(a7[at]);
                    c70 = TSimd.MultiplyAdd(x, b0, c70);
                    c71 = TSimd.MultiplyAdd(x, b1, c71);
                }
                if (TRows.Value > 8)
                {
                    x = TSimd.Create(a8[at]);
                    c80 = TSimd.MultiplyAdd(x, b0, c80);
                    c81 = TSimd.MultiplyAdd(x, b1, c81);
                    x = TSimd.Create(a9[at]);
                    c90 = TSimd.MultiplyAdd(x, b0, c90);
                    c91 = TSimd.MultiplyAdd(x, b1, c91);
                }
                if (TRows.Value > 10)
                {
                    x = TSimd.Create(a10[at]);
                    c100 = TSimd.MultiplyAdd(x, b0, c100);
                    c101 = TSimd.MultiplyAdd(x, b1, c101);
                    x = TSimd.Create(a11[at]);
                    c110 = TSimd.MultiplyAdd(x, b0, c110);
                    c111 = TSimd.MultiplyAdd(x, b1, c111);
                }
            }
        }
        var targets = call->Targets;
        var column = call->Column;
        var height = call->Height;
        var width = call->Width;
        var add = call->Accumulate;
        if (width == 2 * TSimd.Count)
        {
            if (height > 0)
                Store(targets[0] + column, c00, c01, add);
            if (TRows.Value > 1 && height > 1)
                Store(targets[1] + column, c10, c11, add);
            if (TRows.Value > 2 && height > 2)
                Store(targets[2] + column, c20, c21, add);
            if (TRows.Value > 3 && height > 3)
                Store(targets[3] + column, c30, c31, add);
            if (TRows.Value > 4 && height > 4)
                Store(targets[4] + column, c40, c41, add);
            if (TRows.Value > 5 && height > 5)
                Store(targets[5] + column, c50, c51, add);
            if (TRows.Value > 6 && height > 6)
                Store(targets[6] + column, c60, c61, add);
            if (TRows.Value > 7 && height > 7)
                Store(targets[7] + column, c70, c71, add);
            if (TRows.Value > 8 && height > 8)
                Store(targets[8] + column, c80, c81, add);
            if (TRows.Value > 9 && height > 9)
                Store(targets[9] + column, c90, c91, add);
            if (TRows.Value > 10 && height > 10)
                Store(targets[10] + column, c100, c101, add);
            if (TRows.Value > 11 && height > 11)
                Store(targets[11] + column, c110, c111, add);
        }
        else
        {
            if (height > 0)
                StoreFirst(targets[0] + column, c00, c01, width, add);
            if (TRows.Value > 1 && height > 1)
                StoreFirst(targets[1] + column, c10, c11, width, add);
            if (TRows.Value > 2 && height > 2)
                StoreFirst(targets[2] + column, c20, c21, width, add);
            if (TRows.Value > 3 && height > 3)
                StoreFirst(targets[3] + column, c30, c31, width, add);
            if (TRows.Value > 4 && height > 4)
                StoreFirst(targets[4] + column, c40, c41, width, add);
            if (TRows.Value > 5 && height > 5)
                StoreFirst(targets[5] + column, c50, c51, width, add);
            if (TRows.Value > 6 && height > 6)
                StoreFirst(targets[6] + column, c60, c61, width, add);
            if (TRows.Value > 7 && height > 7)
                StoreFirst(targets[7] + column, c70, c71, width, add);
            if (TRows.Value > 8 && height > 8)
                StoreFirst(targets[8] + column, c80, c81, width, add);
            if (TRows.Value > 9 && height > 9)
                StoreFirst(targets[9] + column, c90, c91, width, add);
            if (TRows.Value > 10 && height > 10)
                StoreFirst(targets[10] + column, c100, c101, width, add);
            if (TRows.Value > 11 && height > 11)
                StoreFirst(targets[11] + column, c110, c111, width, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TVector left, TVector right, bool add)
    {
        if (add)
        {
            left = TSimd.Add(left, TSimd.Load(target));
            right = TSimd.Add(right, TSimd.Load(target + TSimd.Count));
        }
        TSimd.Store(left, target);
        TSimd.Store(right, target + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst(T* target, TVector left, TVector right, int width, bool add)
    {
        // Wider than one vector, or it would be a narrow tile.
        if (add)
        {
            left = TSimd.Add(left, TSimd.Load(target));
            right = TSimd.Add(right, TSimd.LoadFirst(target + TSimd.Count, width - TSimd.Count));
        }
        TSimd.Store(left, target);
        TSimd.StoreFirst(right, target + TSimd.Count, width - TSimd.Count);
    }
}
