using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vec = System.Runtime.Intrinsics.Vector256;
using VecF = System.Runtime.Intrinsics.Vector256<float>;

namespace Semblance.Numerics.Products;

/// <summary>A 6 × 16 tile: twelve of the sixteen AVX2 registers, two for B and one for A.</summary>
internal sealed class Vector256TileKernel : ITileKernel
{
    public string Name => "256";

    public int Rows => 6;

    public int Columns => 2 * VecF.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MultiplyAdd(int depth, ref float a, ref float b, ref float c, int stride)
    {
        VecF c00 = default, c01 = default;
        VecF c10 = default, c11 = default;
        VecF c20 = default, c21 = default;
        VecF c30 = default, c31 = default;
        VecF c40 = default, c41 = default;
        VecF c50 = default, c51 = default;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vec.LoadUnsafe(ref b);
            var b1 = Vec.LoadUnsafe(ref b, (nuint)VecF.Count);
            var x = Vec.Create(a);
            c00 = Vec.MultiplyAddEstimate(x, b0, c00);
            c01 = Vec.MultiplyAddEstimate(x, b1, c01);
            x = Vec.Create(Unsafe.Add(ref a, 1));
            c10 = Vec.MultiplyAddEstimate(x, b0, c10);
            c11 = Vec.MultiplyAddEstimate(x, b1, c11);
            x = Vec.Create(Unsafe.Add(ref a, 2));
            c20 = Vec.MultiplyAddEstimate(x, b0, c20);
            c21 = Vec.MultiplyAddEstimate(x, b1, c21);
            x = Vec.Create(Unsafe.Add(ref a, 3));
            c30 = Vec.MultiplyAddEstimate(x, b0, c30);
            c31 = Vec.MultiplyAddEstimate(x, b1, c31);
            x = Vec.Create(Unsafe.Add(ref a, 4));
            c40 = Vec.MultiplyAddEstimate(x, b0, c40);
            c41 = Vec.MultiplyAddEstimate(x, b1, c41);
            x = Vec.Create(Unsafe.Add(ref a, 5));
            c50 = Vec.MultiplyAddEstimate(x, b0, c50);
            c51 = Vec.MultiplyAddEstimate(x, b1, c51);
            a = ref Unsafe.Add(ref a, 6);
            b = ref Unsafe.Add(ref b, 2 * VecF.Count);
        }
        AddTo(ref c, c00, c01);
        AddTo(ref Unsafe.Add(ref c, 1 * (nint)stride), c10, c11);
        AddTo(ref Unsafe.Add(ref c, 2 * (nint)stride), c20, c21);
        AddTo(ref Unsafe.Add(ref c, 3 * (nint)stride), c30, c31);
        AddTo(ref Unsafe.Add(ref c, 4 * (nint)stride), c40, c41);
        AddTo(ref Unsafe.Add(ref c, 5 * (nint)stride), c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(ref float row, VecF left, VecF right)
    {
        (Vec.LoadUnsafe(ref row) + left).StoreUnsafe(ref row);
        (Vec.LoadUnsafe(ref row, (nuint)VecF.Count) + right).StoreUnsafe(ref row, (nuint)VecF.Count);
    }
}
