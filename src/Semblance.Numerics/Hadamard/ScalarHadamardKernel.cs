using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Hadamard;

/// <summary>One butterfly at a time.</summary>
internal sealed class ScalarHadamardKernel : IHadamardKernel
{
    /// <summary>1/√2, the same number in every instruction set.</summary>
    public const float HalfRoot = 0.70710678f;

    public string Name => "scalar";

    public void Scale(ref float x, ref float factors, int length) => ScaleFrom(0, ref x, ref factors, length);

    public void Transform(ref float x, int length) => TransformFrom(1, ref x, length);

    public void MixPairs(ref float a, ref float b, int length) => MixPairsFrom(0, ref a, ref b, length);

    /// <summary>Also the last elements of the wider kernels, as the other two loops are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleFrom(int i, ref float x, ref float factors, int length)
    {
        for (; i < length; i++)
            Unsafe.Add(ref x, i) *= Unsafe.Add(ref factors, i);
    }

    /// <summary>The stages of butterflies <paramref name="half"/>, 2·half, … elements wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformFrom(int half, ref float x, int length)
    {
        for (; half < length; half *= 2)
        {
            for (var start = 0; start < length; start += 2 * half)
            {
                for (var i = start; i < start + half; i++)
                {
                    var a = Unsafe.Add(ref x, i);
                    var b = Unsafe.Add(ref x, i + half);
                    Unsafe.Add(ref x, i) = a + b;
                    Unsafe.Add(ref x, i + half) = a - b;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MixPairsFrom(int i, ref float a, ref float b, int length)
    {
        for (; i < length; i++)
        {
            var (low, high) = (Unsafe.Add(ref a, i), Unsafe.Add(ref b, i));
            Unsafe.Add(ref a, i) = (low + high) * HalfRoot;
            Unsafe.Add(ref b, i) = (low - high) * HalfRoot;
        }
    }
}
