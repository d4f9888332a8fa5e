using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019): each step shrinks the weight
/// by η·λ, however large its gradients are.
/// </summary>
public sealed class AdamW : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;

    public AdamW(Network network, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
        : this([ParameterGroup.Of(network)], learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    public AdamW(IReadOnlyList<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
        : base(groups, learningRate, weightDecay, ["average", "square"])
    {
        Adam.CheckSettings(beta1, beta2, epsilon);
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
    }

    private protected override void Update(in OptimizerPiece piece) => Run(piece, new AdamRule(piece, _beta1, _beta2, _epsilon, decoupled: true));
}
