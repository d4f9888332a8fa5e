using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Hadamard;

/// <summary>
/// A vector at a time. Butterflies inside a vector first, in registers; then two stages in one pass over the elements, so that
/// each is loaded half as often.
/// </summary>
internal sealed class HadamardKernel<TSimd, TVector>(string name) : IHadamardKernel
    where TSimd : struct, ISingleSimd<TVector>
    where TVector : struct
{
    public string Name => name;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scale(ref float x, ref float factors, int length)
    {
        var i = 0;
        for (; i + TSimd.Count <= length; i += TSimd.Count)
            TSimd.Store(TSimd.Multiply(TSimd.Load(ref x, i), TSimd.Load(ref factors, i)), ref x, i);
        ScalarHadamardKernel.ScaleFrom(i, ref x, ref factors, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform(ref float x, int length)
    {
        if (length < TSimd.Count)
        {
            ScalarHadamardKernel.TransformFrom(1, ref x, length);
            return;
        }
        for (var i = 0; i < length; i += TSimd.Count)
            TSimd.Store(TSimd.Butterflies(TSimd.Load(ref x, i)), ref x, i);
        var half = TSimd.Count;
        for (; 4 * half <= length; half *= 4)
        {
            for (var start = 0; start < length; start += 4 * half)
            {
                for (var i = start; i < start + half; i += TSimd.Count)
                {
                    var (a, b) = (TSimd.Load(ref x, i), TSimd.Load(ref x, i + half));
                    var (c, d) = (TSimd.Load(ref x, i + 2 * half), TSimd.Load(ref x, i + 3 * half));
                    var (sum0, difference0) = (TSimd.Add(a, b), TSimd.Subtract(a, b));
                    var (sum1, difference1) = (TSimd.Add(c, d), TSimd.Subtract(c, d));
                    TSimd.Store(TSimd.Add(sum0, sum1), ref x, i);
                    TSimd.Store(TSimd.Add(difference0, difference1), ref x, i + half);
                    TSimd.Store(TSimd.Subtract(sum0, sum1), ref x, i + 2 * half);
                    TSimd.Store(TSimd.Subtract(difference0, difference1), ref x, i + 3 * half);
                }
            }
        }
        if (half < length)
        {
            for (var i = 0; i < half; i += TSimd.Count)
            {
                var (a, b) = (TSimd.Load(ref x, i), TSimd.Load(ref x, i + half));
                TSimd.Store(TSimd.Add(a, b), ref x, i);
                TSimd.Store(TSimd.Subtract(a, b), ref x, i + half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MixPairs(ref float a, ref float b, int length)
    {
        var scale = TSimd.Create(ScalarHadamardKernel.HalfRoot);
        var i = 0;
        for (; i + TSimd.Count <= length; i += TSimd.Count)
        {
            var (low, high) = (TSimd.Load(ref a, i), TSimd.Load(ref b, i));
            TSimd.Store(TSimd.Multiply(TSimd.Add(low, high), scale), ref a, i);
            TSimd.Store(TSimd.Multiply(TSimd.Subtract(low, high), scale), ref b, i);
        }
        ScalarHadamardKernel.MixPairsFrom(i, ref a, ref b, length);
    }
}
