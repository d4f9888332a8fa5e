using System.Runtime.CompilerServices;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// RMSprop (Tieleman and Hinton, Coursera lecture 6.5, 2012): the gradient divided by a running root mean square,
/// s ← α·s + (1 − α)·g², w ← w − η·g/(√s + ε). Centred (Graves, "Generating sequences with recurrent neural networks", 2013, eq. 38–45)
/// it divides by the running deviation √(s − ḡ²) + ε. With momentum b ← μ·b + g/…, w ← w − η·b.
/// </summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _smoothing;
    private readonly double _epsilon;
    private readonly double _momentum;
    private readonly bool _centred;

    public RmsProp(Network network, double learningRate = 0.01, double smoothing = 0.99, double epsilon = 1e-8, double momentum = 0, bool centred = false, double weightDecay = 0)
        : this([ParameterGroup.Of(network)], learningRate, smoothing, epsilon, momentum, centred, weightDecay)
    {
    }

    /// <param name="smoothing">α, the share that the averages keep.</param>
    public RmsProp(IReadOnlyList<ParameterGroup> groups, double learningRate = 0.01, double smoothing = 0.99, double epsilon = 1e-8, double momentum = 0, bool centred = false, double weightDecay = 0)
        : base(groups, learningRate, weightDecay, [.. Names(momentum, centred)])
    {
        if (!(smoothing is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "The share that an average keeps is 0 or more and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        (_smoothing, _epsilon, _momentum, _centred) = (smoothing, epsilon, momentum, centred);
    }

    private protected override void Update(in OptimizerPiece piece)
    {
        var settings = new Settings((float)piece.LearningRate, (float)piece.WeightDecay, (float)_smoothing, (float)(1 - _smoothing), (float)_epsilon, (float)_momentum);
        switch (_momentum > 0, _centred)
        {
            case (false, false):
                Run(piece, new PlainRule(settings));
                break;
            case (true, false):
                Run(piece, new MomentumRule(settings));
                break;
            case (false, true):
                Run(piece, new CentredRule(settings));
                break;
            default:
                Run(piece, new CentredMomentumRule(settings));
                break;
        }
    }

    private static IEnumerable<string> Names(double momentum, bool centred)
    {
        yield return "square";
        if (centred)
            yield return "average";
        if (momentum > 0)
            yield return "momentum";
    }

    private readonly record struct Settings(float Rate, float Decay, float Smoothing, float Complement, float Epsilon, float Momentum)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Decayed<TSimd, TVector>(TVector value, TVector gradient)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
            => TSimd.MultiplyAdd(TSimd.Create(Decay), value, gradient);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Smoothed<TSimd, TVector>(TVector average, TVector fresh)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
            => TSimd.MultiplyAdd(TSimd.Create(Smoothing), average, TSimd.Multiply(TSimd.Create(Complement), fresh));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Scaled<TSimd, TVector>(TVector gradient, TVector variance)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
            => TSimd.Divide(gradient, TSimd.Add(TSimd.Sqrt(variance), TSimd.Create(Epsilon)));

        // Rounding can take the difference of two nearly equal numbers below 0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Variance<TSimd, TVector>(TVector square, TVector average)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
            => TSimd.Max(TSimd.Zero, TSimd.Subtract(square, TSimd.Multiply(average, average)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Moved<TSimd, TVector>(TVector value, TVector move)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
            => TSimd.MultiplyAdd(TSimd.Create(-Rate), move, value);
    }

    private readonly struct PlainRule(Settings settings) : IUpdateRule
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            gradient = settings.Decayed<TSimd, TVector>(value, gradient);
            first = settings.Smoothed<TSimd, TVector>(first, TSimd.Multiply(gradient, gradient));
            value = settings.Moved<TSimd, TVector>(value, settings.Scaled<TSimd, TVector>(gradient, first));
        }
    }

    private readonly struct MomentumRule(Settings settings) : IUpdateRule
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            gradient = settings.Decayed<TSimd, TVector>(value, gradient);
            first = settings.Smoothed<TSimd, TVector>(first, TSimd.Multiply(gradient, gradient));
            second = TSimd.MultiplyAdd(TSimd.Create(settings.Momentum), second, settings.Scaled<TSimd, TVector>(gradient, first));
            value = settings.Moved<TSimd, TVector>(value, second);
        }
    }

    private readonly struct CentredRule(Settings settings) : IUpdateRule
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            gradient = settings.Decayed<TSimd, TVector>(value, gradient);
            first = settings.Smoothed<TSimd, TVector>(first, TSimd.Multiply(gradient, gradient));
            second = settings.Smoothed<TSimd, TVector>(second, gradient);
            value = settings.Moved<TSimd, TVector>(value, settings.Scaled<TSimd, TVector>(gradient, Settings.Variance<TSimd, TVector>(first, second)));
        }
    }

    private readonly struct CentredMomentumRule(Settings settings) : IUpdateRule
    {
        public static int States => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            gradient = settings.Decayed<TSimd, TVector>(value, gradient);
            first = settings.Smoothed<TSimd, TVector>(first, TSimd.Multiply(gradient, gradient));
            second = settings.Smoothed<TSimd, TVector>(second, gradient);
            third = TSimd.MultiplyAdd(TSimd.Create(settings.Momentum), third, settings.Scaled<TSimd, TVector>(gradient, Settings.Variance<TSimd, TVector>(first, second)));
            value = settings.Moved<TSimd, TVector>(value, third);
        }
    }
}
