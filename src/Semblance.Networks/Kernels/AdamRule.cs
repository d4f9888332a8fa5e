using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// Adam's step with both kinds of decay; one of them is 0.
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w·(1 − η·λ) − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
/// </summary>
internal readonly struct AdamRule : IUpdateRule
{
    private readonly float _beta1;
    private readonly float _beta2;
    private readonly float _complement1;
    private readonly float _complement2;
    private readonly float _rate;
    private readonly float _rootCorrection;
    private readonly float _epsilon;
    private readonly float _gradientDecay;
    private readonly float _shrink;

    public AdamRule(in OptimizerPiece piece, double beta1, double beta2, double epsilon, bool decoupled)
    {
        (_beta1, _beta2, _epsilon) = ((float)beta1, (float)beta2, (float)epsilon);
        // Rounded from the double: 1 − (float)0.999 would be off in the sixth digit.
        (_complement1, _complement2) = ((float)(1 - beta1), (float)(1 - beta2));
        _rate = (float)(piece.LearningRate / (1 - Math.Pow(beta1, piece.Step)));
        _rootCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, piece.Step)));
        _gradientDecay = decoupled ? 0 : (float)piece.WeightDecay;
        _shrink = decoupled ? (float)(1 - (piece.LearningRate * piece.WeightDecay)) : 1;
    }

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
        where TSimd : struct, ISimd<TVector, float>
        where TVector : struct
    {
        gradient = TSimd.MultiplyAdd(TSimd.Create(_gradientDecay), value, gradient);
        first = TSimd.MultiplyAdd(TSimd.Create(_beta1), first, TSimd.Multiply(TSimd.Create(_complement1), gradient));
        second = TSimd.MultiplyAdd(TSimd.Create(_beta2), second, TSimd.Multiply(TSimd.Multiply(TSimd.Create(_complement2), gradient), gradient));
        var root = TSimd.MultiplyAdd(TSimd.Sqrt(second), TSimd.Create(_rootCorrection), TSimd.Create(_epsilon));
        var move = TSimd.Divide(first, root);
        value = TSimd.MultiplyAdd(TSimd.Create(-_rate), move, TSimd.Multiply(value, TSimd.Create(_shrink)));
    }
}
