namespace Semblance.Networks;

/// <summary>From one rate to another in a straight line over a number of steps, then the latter.</summary>
public sealed class LinearSchedule : ISchedule
{
    private readonly double _from;
    private readonly double _to;
    private readonly long _steps;

    public LinearSchedule(double from, double to, long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        (_from, _to, _steps) = (from, to, steps);
    }

    public double At(long step) => _from + ((_to - _from) * Math.Min(step, _steps) / _steps);
}
