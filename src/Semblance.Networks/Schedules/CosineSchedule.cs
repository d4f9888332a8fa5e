namespace Semblance.Networks;

/// <summary>
/// Half a cosine from the rate down to a minimum, and from the top again when a period is over (SGDR: Loshchilov and Hutter,
/// "Stochastic gradient descent with warm restarts", 2017, eq. 5).
/// </summary>
public sealed class CosineSchedule : ISchedule
{
    private readonly double _rate;
    private readonly double _minimum;
    private readonly long _period;
    private readonly bool _restarts;
    private readonly int _growth;

    /// <param name="period">Steps from the top to the bottom.</param>
    /// <param name="restarts">False: stays at the minimum after the first period.</param>
    /// <param name="growth">Each period is this many times as long as the one before.</param>
    public CosineSchedule(double rate, long period, double minimum = 0, bool restarts = false, int growth = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(growth);
        (_rate, _period, _minimum, _restarts, _growth) = (rate, period, minimum, restarts, growth);
    }

    public double At(long step)
    {
        var period = _period;
        if (!_restarts)
            step = Math.Min(step, period);
        else if (_growth == 1)
            step %= period;
        else
        {
            while (step >= period)
            {
                step -= period;
                period *= _growth;
            }
        }
        return _minimum + ((_rate - _minimum) * (1 + Math.Cos(Math.PI * step / period)) / 2);
    }
}
