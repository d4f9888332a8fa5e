using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Products;

/// <summary>A 4 × 4 tile without vectors, a row at a time.</summary>
internal sealed class ScalarQueryTileKernel : IQueryTileKernel
{
    public string Name => "scalar";

    public int Rows => 4;

    public int Columns => 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Select(int dimension, ref float rows, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks)
    {
        for (nint row = 0; row < 4; row++)
        {
            ref var x = ref Unsafe.Add(ref rows, row * dimension);
            float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (nint k = 0; k < dimension; k++)
            {
                sum0 += Unsafe.Add(ref x, k) * Unsafe.Add(ref queries, 4 * k);
                sum1 += Unsafe.Add(ref x, k) * Unsafe.Add(ref queries, (4 * k) + 1);
                sum2 += Unsafe.Add(ref x, k) * Unsafe.Add(ref queries, (4 * k) + 2);
                sum3 += Unsafe.Add(ref x, k) * Unsafe.Add(ref queries, (4 * k) + 3);
            }
            var offset = Unsafe.Add(ref offsets, row);
            Unsafe.Add(ref masks, row) = (offset - sum0 <= thresholds ? 1u : 0)
                | (offset - sum1 <= Unsafe.Add(ref thresholds, 1) ? 2u : 0)
                | (offset - sum2 <= Unsafe.Add(ref thresholds, 2) ? 4u : 0)
                | (offset - sum3 <= Unsafe.Add(ref thresholds, 3) ? 8u : 0);
        }
    }
}
