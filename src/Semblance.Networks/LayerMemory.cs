namespace Semblance.Networks;

/// <summary>Working memory of a layer, in elements of the run's type.</summary>
/// <param name="Saved">Written by the forward pass and read by the backward pass: masks, statistics, positions of maxima.</param>
/// <param name="ForwardScratch">For the time of the forward pass alone.</param>
/// <param name="BackwardScratch">For the time of the backward pass alone.</param>
public readonly record struct LayerMemory(nint Saved = 0, nint ForwardScratch = 0, nint BackwardScratch = 0);

/// <summary>What a layer may base its <see cref="LayerMemory"/> on.</summary>
/// <param name="Inputs">Shapes of this run, batch included.</param>
/// <param name="Outputs">Shapes of this run, batch included.</param>
/// <param name="Threads">How many threads will share a pass.</param>
/// <param name="Training">Whether a backward pass follows.</param>
/// <param name="Double">Whether the run computes in double precision.</param>
public readonly record struct LayerShapes(IReadOnlyList<Shape> Inputs, IReadOnlyList<Shape> Outputs, int Threads, bool Training, bool Double)
{
    /// <summary>Whether the pass finds the weights packed, as <see cref="RunOptions.FixedWeights"/> allows.</summary>
    public bool FixedWeights { get; init; }
}
