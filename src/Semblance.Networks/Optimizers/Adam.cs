using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Adam (Kingma and Ba, 2015): steps scaled by running averages of the gradient and of its square, corrected for their start at 0.
/// Weight decay is added to the gradient and so scaled with it; <see cref="AdamW"/> is usually what is wanted with decay.
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;

    public Adam(Network network, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this([ParameterGroup.Of(network)], learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    public Adam(IReadOnlyList<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(groups, learningRate, weightDecay, ["average", "square"])
    {
        CheckSettings(beta1, beta2, epsilon);
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
    }

    internal static void CheckSettings(double beta1, double beta2, double epsilon)
    {
        if (!(beta1 is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(beta1), beta1, "The share that an average keeps is 0 or more and below 1.");
        if (!(beta2 is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(beta2), beta2, "The share that an average keeps is 0 or more and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
    }

    private protected override void Update(in OptimizerPiece piece) => Run(piece, new AdamRule(piece, _beta1, _beta2, _epsilon, decoupled: false));
}
