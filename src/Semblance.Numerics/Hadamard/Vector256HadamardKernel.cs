using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vec = System.Runtime.Intrinsics.Vector256;
using VecF = System.Runtime.Intrinsics.Vector256<float>;

namespace Semblance.Numerics.Hadamard;

/// <summary>
/// Eight elements at a time (AVX). Butterflies inside a vector first, in registers; then two stages in one pass over the
/// elements, so that each is loaded half as often.
/// </summary>
internal sealed class Vector256HadamardKernel : IHadamardKernel
{
    private const int Lanes = 8;

    public string Name => "256";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scale(ref float x, ref float factors, int length)
    {
        var i = 0;
        for (; i + Lanes <= length; i += Lanes)
            (Load(ref x, i) * Load(ref factors, i)).StoreUnsafe(ref x, (nuint)i);
        ScalarHadamardKernel.ScaleFrom(i, ref x, ref factors, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform(ref float x, int length)
    {
        if (length < Lanes)
        {
            ScalarHadamardKernel.TransformFrom(1, ref x, length);
            return;
        }
        for (var i = 0; i < length; i += Lanes)
        {
            // Lane j becomes v[j ^ half] ± v[j]: the negative zeros flip the sign of every upper element.
            var v = Load(ref x, i);
            v = Vec.Shuffle(v, Vec.Create(1, 0, 3, 2, 5, 4, 7, 6)) + (v ^ Vec.Create(0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f));
            v = Vec.Shuffle(v, Vec.Create(2, 3, 0, 1, 6, 7, 4, 5)) + (v ^ Vec.Create(0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f));
            v = Vec.Shuffle(v, Vec.Create(4, 5, 6, 7, 0, 1, 2, 3)) + (v ^ Vec.Create(0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f));
            v.StoreUnsafe(ref x, (nuint)i);
        }
        var half = Lanes;
        for (; 4 * half <= length; half *= 4)
        {
            for (var start = 0; start < length; start += 4 * half)
            {
                for (var i = start; i < start + half; i += Lanes)
                {
                    var (a, b) = (Load(ref x, i), Load(ref x, i + half));
                    var (c, d) = (Load(ref x, i + 2 * half), Load(ref x, i + 3 * half));
                    var (sum0, difference0) = (a + b, a - b);
                    var (sum1, difference1) = (c + d, c - d);
                    (sum0 + sum1).StoreUnsafe(ref x, (nuint)i);
                    (difference0 + difference1).StoreUnsafe(ref x, (nuint)(i + half));
                    (sum0 - sum1).StoreUnsafe(ref x, (nuint)(i + 2 * half));
                    (difference0 - difference1).StoreUnsafe(ref x, (nuint)(i + 3 * half));
                }
            }
        }
        if (half < length)
        {
            for (var i = 0; i < half; i += Lanes)
            {
                var (a, b) = (Load(ref x, i), Load(ref x, i + half));
                (a + b).StoreUnsafe(ref x, (nuint)i);
                (a - b).StoreUnsafe(ref x, (nuint)(i + half));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MixPairs(ref float a, ref float b, int length)
    {
        var i = 0;
        for (; i + Lanes <= length; i += Lanes)
        {
            var (low, high) = (Load(ref a, i), Load(ref b, i));
            ((low + high) * ScalarHadamardKernel.HalfRoot).StoreUnsafe(ref a, (nuint)i);
            ((low - high) * ScalarHadamardKernel.HalfRoot).StoreUnsafe(ref b, (nuint)i);
        }
        ScalarHadamardKernel.MixPairsFrom(i, ref a, ref b, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecF Load(ref float origin, int i) => Vec.LoadUnsafe(ref origin, (nuint)i);
}
