namespace Semblance.Networks;

/// <summary>
/// Up to a large rate and down to almost nothing, once in a training run (Smith and Topin, "Super-convergence", 2018). Takes short
/// runs far.
/// </summary>
public sealed class OneCycleSchedule : ISchedule
{
    private readonly double _start;
    private readonly double _maximum;
    private readonly double _end;
    private readonly double _top;
    private readonly double _last;
    private readonly bool _linear;

    /// <param name="steps">Of the whole run; later ones have the last rate.</param>
    /// <param name="rise">Share of the steps until the maximum.</param>
    /// <param name="startDivisor">The first rate is the maximum divided by it.</param>
    /// <param name="endDivisor">The last rate is the first divided by it.</param>
    /// <param name="linear">Straight lines in place of half cosines.</param>
    public OneCycleSchedule(double maximum, long steps, double rise = 0.3, double startDivisor = 25, double endDivisor = 1e4, bool linear = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        if (!(rise is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(rise), rise, "The rise takes a share of the steps, 0 to 1.");
        (_maximum, _start, _end, _linear) = (maximum, maximum / startDivisor, maximum / startDivisor / endDivisor, linear);
        (_top, _last) = ((rise * steps) - 1, steps - 1);
    }

    public double At(long step)
    {
        if (step <= _top)
            return Between(_start, _maximum, _top > 0 ? step / _top : 1); // A rise of one step is at its top at once.
        return step >= _last ? _end : Between(_maximum, _end, (step - _top) / (_last - _top));
    }

    private double Between(double from, double to, double share)
        => _linear ? from + ((to - from) * share) : to + ((from - to) * (1 + Math.Cos(Math.PI * share)) / 2);
}
