using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Products;

/// <summary>A 4 × 4 tile without vectors.</summary>
internal sealed class ScalarTileKernel : ITileKernel
{
    public string Name => "scalar";

    public int Rows => 4;

    public int Columns => 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MultiplyAdd(int depth, ref float a, ref float b, ref float c, int stride)
    {
        for (var row = 0; row < 4; row++)
        {
            float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (nint k = 0; k < depth; k++)
            {
                var x = Unsafe.Add(ref a, 4 * k + row);
                sum0 += x * Unsafe.Add(ref b, 4 * k);
                sum1 += x * Unsafe.Add(ref b, 4 * k + 1);
                sum2 += x * Unsafe.Add(ref b, 4 * k + 2);
                sum3 += x * Unsafe.Add(ref b, 4 * k + 3);
            }
            ref var target = ref Unsafe.Add(ref c, (nint)row * stride);
            target += sum0;
            Unsafe.Add(ref target, 1) += sum1;
            Unsafe.Add(ref target, 2) += sum2;
            Unsafe.Add(ref target, 3) += sum3;
        }
    }
}
