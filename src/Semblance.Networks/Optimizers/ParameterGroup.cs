namespace Semblance.Networks;

/// <summary>Parameters that an optimiser treats alike.</summary>
/// <param name="Parameters">No running statistics. Those that are frozen are left alone for as long as they are.</param>
public sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters)
{
    /// <summary>Multiplies the optimiser's rate, and each parameter's own factor multiplies the product.</summary>
    public double LearningRateFactor { get; init; } = 1;

    /// <summary>In place of the optimiser's; applied to parameters with <see cref="Parameter.Decays"/> only.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Everything in the network that can be trained and is not frozen.</summary>
    public static ParameterGroup Of(Network network) => new([.. network.Parameters.Where(parameter => parameter.Trainable)]);
}
