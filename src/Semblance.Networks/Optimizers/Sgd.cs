using System.Runtime.CompilerServices;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// Stochastic gradient descent: m ← μ·m + g; w ← w − η·m, with Nesterov's w ← w − η·(g + μ·m) (Sutskever et al., "On the importance
/// of initialization and momentum in deep learning", 2013, as PyTorch has it: the rate is outside the momentum). g includes weight decay.
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly bool _nesterov;

    public Sgd(Network network, double learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0)
        : this([ParameterGroup.Of(network)], learningRate, momentum, nesterov, weightDecay)
    {
    }

    public Sgd(IReadOnlyList<ParameterGroup> groups, double learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0)
        : base(groups, learningRate, weightDecay, momentum > 0 ? ["momentum"] : [])
    {
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        if (nesterov && momentum == 0)
            throw new ArgumentException("Nesterov's step needs a momentum above 0.", nameof(nesterov));
        (_momentum, _nesterov) = (momentum, nesterov);
    }

    private protected override void Update(in OptimizerPiece piece)
    {
        if (_momentum == 0)
            Run(piece, new PlainRule((float)piece.LearningRate, (float)piece.WeightDecay));
        else
            Run(piece, new MomentumRule((float)piece.LearningRate, (float)piece.WeightDecay, (float)_momentum, _nesterov));
    }

    private readonly struct PlainRule(float rate, float decay) : IUpdateRule
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            gradient = TSimd.MultiplyAdd(TSimd.Create(decay), value, gradient);
            value = TSimd.MultiplyAdd(TSimd.Create(-rate), gradient, value);
        }
    }

    private readonly struct MomentumRule(float rate, float decay, float momentum, bool nesterov) : IUpdateRule
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            gradient = TSimd.MultiplyAdd(TSimd.Create(decay), value, gradient);
            first = TSimd.MultiplyAdd(TSimd.Create(momentum), first, gradient);
            var move = nesterov ? TSimd.MultiplyAdd(TSimd.Create(momentum), first, gradient) : first;
            value = TSimd.MultiplyAdd(TSimd.Create(-rate), move, value);
        }
    }
}
