using System.Globalization;

namespace Semblance.Reports.Plots;

/// <summary>An axis with its limits fixed: where a value lies on it, and what is marked.</summary>
internal sealed class AxisScale
{
    private const int MostTicks = 8;

    // With more decades the numbers between them would stand too close.
    private const int MostDecadesWithBetween = 4;

    private readonly PlotAxis _axis;
    private readonly double _least;
    private readonly double _most;

    /// <param name="values">All values of the data along this axis.</param>
    public AxisScale(PlotAxis axis, IEnumerable<double> values)
    {
        _axis = axis;
        var shown = values.Where(CanShow).ToArray();
        var (least, most) = shown.Length == 0 ? Empty(axis.Scale) : (shown.Min(), shown.Max());
        if (axis.Ticks is { Count: > 0 } ticks)
        {
            // To the ticks around the data, so that none stands alone.
            least = axis.Least ?? ticks.LastOrDefault(tick => tick <= least, ticks[0]);
            most = axis.Most ?? ticks.FirstOrDefault(tick => tick >= most, ticks[^1]);
            Ticks = [.. ticks.Where(tick => tick >= least && tick <= most)];
        }
        else
        {
            (least, most) = (axis.Least ?? least, axis.Most ?? most);
            (var round, Ticks) = axis.Scale == PlotScale.Logarithmic ? Decades(least, most) : RoundSteps(least, most);
            (least, most) = (axis.Least ?? round.Least, axis.Most ?? round.Most);
            Ticks = [.. Ticks.Where(tick => tick >= least && tick <= most)];
        }
        (_least, _most) = (least, most > least ? most : least + 1);
    }

    /// <summary>Rising.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>0 at the beginning of the axis, 1 at its end; values beyond the limits are drawn at them.</summary>
    public double Place(double value)
    {
        var (low, high) = (Along(_least), Along(_most));
        return (Along(Math.Clamp(value, _least, _most)) - low) / (high - low);
    }

    public bool CanShow(double value) => double.IsFinite(value) && _axis.Scale switch
    {
        PlotScale.Logarithmic => value > 0,
        PlotScale.Nines => value < 1 || _axis.Most is not null,
        _ => true,
    };

    /// <summary>The number at a tick; "≥" where all above is drawn there.</summary>
    public string Text(double tick) => (tick == _axis.Most && _axis.Scale == PlotScale.Nines ? "≥ " : "") + tick.ToString(_axis.Format, CultureInfo.InvariantCulture);

    /// <summary>True for ticks that begin a decade.</summary>
    public bool IsStrong(double tick) => _axis.Scale == PlotScale.Logarithmic && Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-9;

    private double Along(double value) => _axis.Scale switch
    {
        PlotScale.Logarithmic => Math.Log10(value),
        PlotScale.Nines => -Math.Log10(1 - value),
        _ => value,
    };

    private static (double Least, double Most) Empty(PlotScale scale) => scale switch
    {
        PlotScale.Logarithmic => (1, 10),
        PlotScale.Nines => (0, 0.9),
        _ => (0, 1),
    };

    /// <summary>1, 2 and 5 of each decade; the decades alone where there are many.</summary>
    private static ((double Least, double Most) Limits, IReadOnlyList<double> Ticks) Decades(double least, double most)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(least)), (int)Math.Ceiling(Math.Log10(most)));
        last = Math.Max(last, first + 1);
        int[] factors = last - first <= MostDecadesWithBetween ? [1, 2, 5] : [1];
        var ticks = new List<double>();
        for (var decade = first; decade < last; decade++)
            ticks.AddRange(factors.Select(factor => factor * Math.Pow(10, decade)));
        ticks.Add(Math.Pow(10, last));
        return ((ticks[0], ticks[^1]), ticks);
    }

    /// <summary>Multiples of 1, 2 or 5 times a power of ten, at most eight of them, around the data.</summary>
    private static ((double Least, double Most) Limits, IReadOnlyList<double> Ticks) RoundSteps(double least, double most)
    {
        if (!(most > least))
            most = least + Math.Max(Math.Abs(least), 1);
        var rough = (most - least) / (MostTicks - 1);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        var (first, last) = ((long)Math.Floor((least / step) + 1e-9), (long)Math.Ceiling((most / step) - 1e-9));
        var ticks = new List<double>();
        for (var i = first; i <= last; i++)
            ticks.Add(i * step);
        return ((ticks[0], ticks[^1]), ticks);
    }
}
