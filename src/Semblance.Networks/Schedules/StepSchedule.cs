namespace Semblance.Networks;

/// <summary>The rate is multiplied by a factor at certain steps.</summary>
public sealed class StepSchedule : ISchedule
{
    private readonly double _rate;
    private readonly double _factor;
    private readonly long _every;
    private readonly long[] _milestones = [];

    /// <summary>Again and again after as many steps.</summary>
    public StepSchedule(double rate, long every, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(every);
        (_rate, _every, _factor) = (rate, every, factor);
    }

    /// <summary>Once at each of the steps given.</summary>
    public StepSchedule(double rate, IReadOnlyList<long> milestones, double factor = 0.1) => (_rate, _milestones, _factor) = (rate, [.. milestones], factor);

    public double At(long step)
    {
        var falls = _every > 0 ? step / _every : _milestones.Count(milestone => step >= milestone);
        return _rate * Math.Pow(_factor, falls);
    }
}
