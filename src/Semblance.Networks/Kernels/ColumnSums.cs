using System.Runtime.CompilerServices;
using Semblance.Numerics;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Sums of the columns of a row-major [rows, columns] matrix: the gradient of a bias.</summary>
internal static unsafe class ColumnSums<T>
    where T : unmanaged
{
    /// <summary>Vectors of columns that one thread sums at a time.</summary>
    private const int Vectors = 4;

    /// <summary>Rows whose sum is added as one: a long sum of small numbers would lose the last ones.</summary>
    private const int RowBlock = 256;

    /// <param name="sums">One a column: overwritten, or added to.</param>
    public static void Run(T* matrix, nint rows, int columns, T* sums, bool accumulate, SimdWidth<T> simd, WorkerTeam team)
    {
        var chunk = Vectors * simd.Count;
        team.Run((columns + chunk - 1) / chunk, part => simd.Run(new Part(matrix, rows, columns, sums, accumulate, part * chunk)));
    }

    private readonly struct Part(T* matrix, nint rows, int columns, T* sums, bool accumulate, int first) : ISimdAction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var n0 = Math.Min(TSimd.Count, columns - first);
            var n1 = Math.Clamp(columns - first - TSimd.Count, 0, TSimd.Count);
            var n2 = Math.Clamp(columns - first - (2 * TSimd.Count), 0, TSimd.Count);
            var n3 = Math.Clamp(columns - first - (3 * TSimd.Count), 0, TSimd.Count);
            var target = sums + first;
            TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
            if (accumulate)
            {
                s0 = TSimd.LoadFirst(target, n0);
                s1 = TSimd.LoadFirst(target + TSimd.Count, n1);
                s2 = TSimd.LoadFirst(target + (2 * TSimd.Count), n2);
                s3 = TSimd.LoadFirst(target + (3 * TSimd.Count), n3);
            }
            for (nint start = 0; start < rows; start += RowBlock)
            {
                TVector b0 = TSimd.Zero, b1 = TSimd.Zero, b2 = TSimd.Zero, b3 = TSimd.Zero;
                var row = matrix + (start * columns) + first;
                for (var left = Math.Min(RowBlock, rows - start); left > 0; left--, row += columns)
                {
                    b0 = TSimd.Add(b0, TSimd.LoadFirst(row, n0));
                    b1 = TSimd.Add(b1, TSimd.LoadFirst(row + TSimd.Count, n1));
                    b2 = TSimd.Add(b2, TSimd.LoadFirst(row + (2 * TSimd.Count), n2));
                    b3 = TSimd.Add(b3, TSimd.LoadFirst(row + (3 * TSimd.Count), n3));
                }
                s0 = TSimd.Add(s0, b0);
                s1 = TSimd.Add(s1, b1);
                s2 = TSimd.Add(s2, b2);
                s3 = TSimd.Add(s3, b3);
            }
            TSimd.StoreFirst(s0, target, n0);
            TSimd.StoreFirst(s1, target + TSimd.Count, n1);
            TSimd.StoreFirst(s2, target + (2 * TSimd.Count), n2);
            TSimd.StoreFirst(s3, target + (3 * TSimd.Count), n3);
        }
    }
}
