namespace Semblance.Networks;

/// <summary>
/// Lowers another schedule's rate each time a result has stopped getting better. Tell it each result through <see cref="Report"/>.
/// It remembers results and so belongs to one run and one thread; a checkpoint holds what it remembers.
/// </summary>
public sealed class Plateau : ISchedule, IStateful
{
    private readonly ISchedule _schedule;
    private double _scale = 1;
    private double _best;
    private long _worse;
    private long _cooling;

    /// <param name="schedule">Often a <see cref="ConstantSchedule"/>.</param>
    public Plateau(ISchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        _best = double.NaN;
    }

    /// <summary>Whether larger results are better: accuracy, not loss.</summary>
    public bool Maximizes { get; init; }

    public double Factor { get; init; } = 0.1;

    /// <summary>Results that are not better before the rate falls: it falls at the next one.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>By how much a result must be better to count.</summary>
    public double Threshold { get; init; } = 1e-4;

    /// <summary>Whether <see cref="Threshold"/> is a share of the best result so far, not an amount.</summary>
    public bool RelativeThreshold { get; init; } = true;

    /// <summary>Results after a fall that do not count as worse.</summary>
    public int Cooldown { get; init; }

    /// <summary>The rate falls no lower than this, where the other schedule is not lower itself.</summary>
    public double Minimum { get; init; }

    public double At(long step)
    {
        var rate = _schedule.At(step);
        return Math.Min(rate, Math.Max(rate * _scale, Minimum));
    }

    /// <summary>Takes note of a result.</summary>
    public void Report(double result)
    {
        if (IsBetter(result))
            (_best, _worse) = (result, 0);
        else
            _worse++;
        if (_cooling > 0)
        {
            _cooling--;
            _worse = 0;
        }
        if (_worse <= Patience)
            return;
        _scale *= Factor;
        (_cooling, _worse) = (Cooldown, 0);
    }

    public void VisitState(StateVisitor visitor)
    {
        visitor.Real("plateau.scale", ref _scale);
        visitor.Real("plateau.best", ref _best);
        visitor.Integer("plateau.worse", ref _worse);
        visitor.Integer("plateau.cooling", ref _cooling);
        if (_schedule is IStateful inner)
            inner.VisitState(visitor);
    }

    private bool IsBetter(double result)
    {
        if (double.IsNaN(_best))
            return !double.IsNaN(result);
        var margin = RelativeThreshold ? Threshold * _best : Threshold;
        return Maximizes ? result > _best + margin : result < _best - margin;
    }
}
