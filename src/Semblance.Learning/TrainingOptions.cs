using Semblance.Networks;

namespace Semblance.Learning;

/// <summary>How a network is trained; what decides its weights stands here, in the loaders, the optimiser and the schedule.</summary>
public sealed record TrainingOptions
{
    /// <summary>Epochs after which training is over, those before a resumption included.</summary>
    public required int Epochs { get; init; }

    public ILoss Loss { get; init; } = new SoftmaxCrossEntropy();

    /// <summary>Largest norm of all gradients together; null: whatever it is, as long as it is finite.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Averages of the network's weights, updated with each step; evaluations are made with them.</summary>
    public ExponentialMovingAverage? Average { get; init; }

    /// <summary>Where dropout starts from.</summary>
    public long Seed { get; init; }

    /// <summary>Threads that share each layer and each step of the optimiser; the weights do not depend on it.</summary>
    public int Threads { get; init; } = 1;

    public Recompute Recompute { get; init; }

    /// <summary>Judged after each epoch; null: nothing is.</summary>
    public DataLoader? Validation { get; init; }

    /// <summary>Where <c>config.txt</c>, <c>curve.csv</c>, <c>curve.json</c> and the checkpoint go; null: nothing is written.</summary>
    public string? Folder { get; init; }

    /// <summary>Steps from checkpoint to checkpoint beside the one after each epoch; 0: only those.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>
    /// What was asked for, in words or JSON; kept in the folder and in checkpoints. A run resumes only with the same, so all that
    /// decides the weights should be in it.
    /// </summary>
    public string Configuration { get; init; } = "";

    /// <summary>Told after each step, on the training thread.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
