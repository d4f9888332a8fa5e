namespace Semblance.Networks;

/// <summary>
/// Rises in a straight line to where another schedule starts, which then follows (Goyal et al., "Accurate, large minibatch SGD", 2017):
/// large rates are not safe while weights are fresh.
/// </summary>
public sealed class WarmUp : ISchedule
{
    private readonly ISchedule _then;
    private readonly long _steps;
    private readonly double _startFactor;

    /// <param name="steps">Steps below the other's first rate; the step after them is its step 0.</param>
    /// <param name="startFactor">First rate, as a share of the one that is reached.</param>
    public WarmUp(ISchedule then, long steps, double startFactor = 0.01)
    {
        ArgumentNullException.ThrowIfNull(then);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (then is IStateful)
            throw new ArgumentException($"{then.GetType().Name} remembers results; put the warm-up inside it, so that checkpoints find its state.", nameof(then));
        (_then, _steps, _startFactor) = (then, steps, startFactor);
    }

    public double At(long step) => step >= _steps
        ? _then.At(step - _steps)
        : _then.At(0) * (_startFactor + ((1 - _startFactor) * step / _steps));
}
