namespace Semblance.Reports.Plots;

/// <summary>What <see cref="SvgPlot"/> draws: training curves, trade-offs, histograms, maps of points.</summary>
internal sealed record Plot
{
    /// <summary>What it shows, for those who hear it.</summary>
    public required string Label { get; init; }

    public required PlotAxis X { get; init; }

    public required PlotAxis Y { get; init; }

    /// <summary>Drawn in this order, the last on top.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init; }

    /// <summary>In the drawing's own units; it scales to where it is shown.</summary>
    public double Width { get; init; } = 1120;

    /// <summary>Without the legend, which takes what it needs below.</summary>
    public double Height { get; init; } = 520;
}

internal enum PlotScale
{
    Linear,

    /// <summary>Tenfold steps are equally long; only values above 0 can be drawn.</summary>
    Logarithmic,

    /// <summary>By the share that is missing from 1, logarithmic: .9, .99 and .999 are equally far apart. Only values below 1 can be drawn.</summary>
    Nines,
}

/// <param name="Title">What is measured, with its unit.</param>
internal sealed record PlotAxis(string Title, PlotScale Scale = PlotScale.Linear)
{
    /// <summary>Lowest value shown; null takes it from the data.</summary>
    public double? Least { get; init; }

    /// <summary>Highest value shown; null takes it from the data. Values above are drawn at it.</summary>
    public double? Most { get; init; }

    /// <summary>Values to be marked, rising; null takes round ones.</summary>
    public IReadOnlyList<double>? Ticks { get; init; }

    /// <summary>Of the numbers at the ticks, invariant culture.</summary>
    public string Format { get; init; } = "#,0.######";
}

internal enum PlotMarks
{
    /// <summary>A line with a mark at each point.</summary>
    LineAndPoints,
    Line,
    Points,

    /// <summary>A bar from the foot of the plot to each point, <see cref="PlotSeries.BarWidth"/> wide and centred.</summary>
    Bars,
}

/// <param name="Points">In drawing order; a point that the axes cannot show (not finite, not above 0 on a logarithmic axis) is left out and breaks the line.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points)
{
    public PlotMarks Marks { get; init; }

    /// <summary>Dashed lines and hollow marks: others' results, or what was aimed at.</summary>
    public bool IsDashed { get; init; }

    /// <summary>In units of the x axis.</summary>
    public double BarWidth { get; init; } = 1;
}

/// <param name="Title">Shown while the pointer rests on it; null for none.</param>
internal readonly record struct PlotPoint(double X, double Y, string? Title = null);
