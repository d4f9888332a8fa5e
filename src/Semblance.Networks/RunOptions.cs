using Semblance.Numerics;

namespace Semblance.Networks;

/// <summary>What the backward pass computes anew instead of keeping it from the forward pass.</summary>
public enum Recompute
{
    /// <summary>Nothing: every activation that the backward pass reads is kept.</summary>
    None,

    /// <summary>Normalisations, activations, concatenations and the like: between a tenth and a half of the memory less, for some per cent of time.</summary>
    Cheap,
}

/// <summary>How a network is run.</summary>
public sealed record RunOptions
{
    /// <summary>Whether a backward pass is wanted, and layers that behave otherwise in training do so.</summary>
    public bool Training { get; init; }

    public Recompute Recompute { get; init; }

    /// <summary>Whether the gradients of the network's inputs are computed too, for one network in front of another.</summary>
    public bool InputGradients { get; init; }

    /// <summary>
    /// Promises that the network's weights do not change any more. What inference computes from weights alone (transformed, packed
    /// for the vector width) is then computed once, kept with the layers and shared by all such runs; single precision only. Not for training.
    /// </summary>
    public bool FixedWeights { get; init; }

    /// <summary>Threads that share each layer; used where <see cref="Team"/> is null.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Threads that several runs share; not disposed with them.</summary>
    public WorkerTeam? Team { get; init; }

    /// <summary>Where dropout starts from.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Refuses inputs and results that hold an infinity or no number, with the layer where they first arose. Costs one look at
    /// inputs and outputs.
    /// </summary>
    public bool ChecksFinite { get; init; } = true;
}
