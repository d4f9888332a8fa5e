using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>Results of parts of one depth, added in the order of the parts.</summary>
internal static unsafe class PartialSums<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>target[rows, columns] += each of <paramref name="count"/> dense results that begin <paramref name="distance"/> elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(T* target, nint stride, int rows, int columns, T* parts, int count, nint distance)
    {
        for (nint i = 0; i < rows; i++)
        {
            for (nint j = 0; j < columns; j += TSimd.Count)
            {
                var width = (int)Math.Min(TSimd.Count, columns - j);
                var at = parts + (i * columns) + j;
                var sum = TSimd.LoadFirst(target + (i * stride) + j, width);
                for (var part = 0; part < count; part++, at += distance)
                    sum = TSimd.Add(sum, TSimd.LoadFirst(at, width));
                TSimd.StoreFirst(sum, target + (i * stride) + j, width);
            }
        }
    }
}
