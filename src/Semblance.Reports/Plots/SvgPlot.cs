using System.Globalization;
using System.Net;
using System.Text;

namespace Semblance.Reports.Plots;

/// <summary>
/// Draws a <see cref="Plot"/> as an SVG that stands alone or in a page: it brings its own colours for light and dark, and loads nothing.
/// Equal plots are equal bytes on every machine. Series differ in colour and in the shape of their marks, so that colour alone tells nothing.
/// </summary>
internal static class SvgPlot
{
    private const double Left = 74;
    private const double Right = 28;
    private const double Top = 18;
    private const double Bottom = 56;
    private const double LegendLine = 24;
    private const double LegendKey = 34;
    private const double LegendGap = 22;

    // Of the legend's font; an estimate that is too wide breaks a line early, one that is too narrow would run names together.
    private const double LetterWidth = 7.8;
    private const int PaletteSize = 8;

    public static string Draw(Plot plot)
    {
        var points = plot.Series.SelectMany(series => series.Points).ToArray();
        var x = new AxisScale(plot.X, plot.Series.SelectMany(Spread));
        var y = new AxisScale(plot.Y, plot.Series.Any(series => series.Marks == PlotMarks.Bars) ? points.Select(point => point.Y).Append(0) : points.Select(point => point.Y));
        double Across(double value) => Left + (x.Place(value) * (plot.Width - Left - Right));
        double Down(double value) => plot.Height - Bottom - (y.Place(value) * (plot.Height - Top - Bottom));
        var legend = LegendLines(plot);
        var height = plot.Height + (legend.Count * LegendLine) + (legend.Count > 0 ? 10 : 0);

        var svg = new StringBuilder();
        Write(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"semblance-plot\" viewBox=\"0 0 {plot.Width} {height}\" role=\"img\" aria-label=\"{Escape(plot.Label)}\">\n");
        svg.Append("<style>\n").Append(Css).Append("\n</style>\n");
        Write(svg, $"<rect class=\"ground\" width=\"{plot.Width}\" height=\"{height}\"/>\n");
        foreach (var tick in x.Ticks)
        {
            Write(svg, $"<line class=\"rule{(x.IsStrong(tick) ? " strong" : "")}\" x1=\"{Across(tick):0.0}\" x2=\"{Across(tick):0.0}\" y1=\"{Top}\" y2=\"{plot.Height - Bottom}\"/>");
            Write(svg, $"<text class=\"tick\" x=\"{Across(tick):0.0}\" y=\"{plot.Height - Bottom + 20}\" text-anchor=\"middle\">{Escape(x.Text(tick))}</text>\n");
        }
        foreach (var tick in y.Ticks)
        {
            Write(svg, $"<line class=\"rule{(y.IsStrong(tick) ? " strong" : "")}\" x1=\"{Left}\" x2=\"{plot.Width - Right}\" y1=\"{Down(tick):0.0}\" y2=\"{Down(tick):0.0}\"/>");
            Write(svg, $"<text class=\"tick\" x=\"{Left - 9}\" y=\"{Down(tick) + 4:0.0}\" text-anchor=\"end\">{Escape(y.Text(tick))}</text>\n");
        }
        Write(svg, $"<text class=\"axis\" x=\"{(Left + plot.Width - Right) / 2}\" y=\"{plot.Height - 10}\" text-anchor=\"middle\">{Escape(plot.X.Title)}</text>\n");
        Write(svg, $"<text class=\"axis\" transform=\"translate(15 {(Top + plot.Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(plot.Y.Title)}</text>\n");
        for (var i = 0; i < plot.Series.Count; i++)
            DrawSeries(svg, plot.Series[i], i, point => x.CanShow(point.X) && y.CanShow(point.Y) ? (Across(point.X), Down(point.Y)) : null, Across, plot.Height - Bottom);
        for (var line = 0; line < legend.Count; line++)
        {
            foreach (var (series, left) in legend[line])
            {
                var middle = plot.Height + (line * LegendLine) + 12;
                Write(svg, $"<g class=\"{ClassOf(plot.Series[series], series)}\"><polyline points=\"{left:0.0},{middle} {left + LegendKey - 2:0.0},{middle}\"/>{Mark(series, left + (LegendKey / 2), middle, null)}</g>");
                Write(svg, $"<text class=\"name\" x=\"{left + LegendKey + 6:0.0}\" y=\"{middle + 4.5}\">{Escape(plot.Series[series].Name)}</text>\n");
            }
        }
        return svg.Append("</svg>").ToString();
    }

    // Both edges of a bar belong to what is shown.
    private static IEnumerable<double> Spread(PlotSeries series) => series.Marks == PlotMarks.Bars
        ? series.Points.SelectMany(point => new[] { point.X - (series.BarWidth / 2), point.X + (series.BarWidth / 2) })
        : series.Points.Select(point => point.X);

    private static void DrawSeries(StringBuilder svg, PlotSeries series, int number, Func<PlotPoint, (double X, double Y)?> place, Func<double, double> across, double foot)
    {
        Write(svg, $"<g class=\"{ClassOf(series, number)}\">");
        if (series.Marks is PlotMarks.Line or PlotMarks.LineAndPoints)
        {
            var line = new List<string>();
            foreach (var point in series.Points)
            {
                if (place(point) is var (x, y))
                    line.Add(string.Create(CultureInfo.InvariantCulture, $"{x:0.0},{y:0.0}"));
                else
                    EndLine();
            }
            EndLine();

            void EndLine()
            {
                if (line.Count > 0)
                    svg.Append("<polyline points=\"").AppendJoin(' ', line).Append("\"/>\n");
                line.Clear();
            }
        }
        foreach (var point in series.Points)
        {
            if (series.Marks == PlotMarks.Line || place(point) is not var (x, y))
                continue;
            if (series.Marks == PlotMarks.Bars)
            {
                var (from, to) = (across(point.X - (series.BarWidth / 2)), across(point.X + (series.BarWidth / 2)));
                Write(svg, $"<rect class=\"bar\" x=\"{from:0.0}\" y=\"{y:0.0}\" width=\"{to - from:0.0}\" height=\"{foot - y:0.0}\">{Title(point.Title)}</rect>\n");
            }
            else
            {
                svg.Append(Mark(number, x, y, point.Title)).Append('\n');
            }
        }
        svg.Append("</g>\n");
    }

    /// <summary>Names in lines as wide as the plot: per line the series and where each begins. One series needs no legend.</summary>
    private static List<List<(int Series, double Left)>> LegendLines(Plot plot)
    {
        var lines = new List<List<(int, double)>>();
        if (plot.Series.Count < 2)
            return lines;
        var left = double.PositiveInfinity;
        for (var i = 0; i < plot.Series.Count; i++)
        {
            var width = LegendKey + 6 + (plot.Series[i].Name.Length * LetterWidth) + LegendGap;
            if (left + width > plot.Width && (lines.Count == 0 || lines[^1].Count > 0))
            {
                lines.Add([]);
                left = Left;
            }
            lines[^1].Add((i, left));
            left += width;
        }
        return lines;
    }

    private static string ClassOf(PlotSeries series, int number) => $"curve c{number % PaletteSize}{(series.IsDashed ? " dashed" : "")}";

    private static string Mark(int series, double x, double y, string? title)
    {
        var inside = Title(title);
        return (series % 4) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"4.2\">{inside}</circle>"),
            1 => string.Create(CultureInfo.InvariantCulture, $"<rect x=\"{x - 3.8:0.0}\" y=\"{y - 3.8:0.0}\" width=\"7.6\" height=\"7.6\">{inside}</rect>"),
            2 => string.Create(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.0} {y - 5.2:0.0}l5 8.8h-10z\">{inside}</path>"),
            _ => string.Create(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.0} {y - 5.4:0.0}l5.4 5.4-5.4 5.4-5.4-5.4z\">{inside}</path>"),
        };
    }

    private static string Title(string? title) => title is null ? "" : $"<title>{Escape(title)}</title>";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static void Write(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));

    // No custom properties, which readers of SVG outside browsers do not know.
    private const string Css = """
        .semblance-plot { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        .semblance-plot .tick { font-size: 12.5px; font-variant-numeric: tabular-nums; } .semblance-plot .axis { font-size: 13.5px; font-weight: 560; } .semblance-plot .name { font-size: 14px; }
        .semblance-plot .curve polyline { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round; }
        .semblance-plot .curve circle, .semblance-plot .curve rect, .semblance-plot .curve path { fill: currentColor; stroke-width: 1.2; }
        .semblance-plot .curve .bar { stroke-width: .6; fill-opacity: .82; }
        .semblance-plot .dashed polyline { stroke-dasharray: 6 4; stroke-width: 1.7; }
        .semblance-plot .dashed circle, .semblance-plot .dashed rect, .semblance-plot .dashed path { stroke-width: 1.6; }
        .semblance-plot .ground, .semblance-plot .dashed circle, .semblance-plot .dashed rect, .semblance-plot .dashed path { fill: #fff; } .semblance-plot .curve circle, .semblance-plot .curve rect, .semblance-plot .curve path { stroke: #fff; }
        .semblance-plot .dashed circle, .semblance-plot .dashed rect, .semblance-plot .dashed path { stroke: currentColor; }
        .semblance-plot .rule { stroke: #ecece7; } .semblance-plot .rule.strong { stroke: #dedfd9; } .semblance-plot .tick { fill: #5d6166; } .semblance-plot .axis, .semblance-plot .name { fill: #1d1f21; }
        .semblance-plot .c0 { color: #3450c8; } .semblance-plot .c1 { color: #b3411b; } .semblance-plot .c2 { color: #19703f; } .semblance-plot .c3 { color: #8a2f8f; }
        .semblance-plot .c4 { color: #7a6114; } .semblance-plot .c5 { color: #0f6f8c; } .semblance-plot .c6 { color: #a02252; } .semblance-plot .c7 { color: #4d5560; }
        @media (prefers-color-scheme: dark) {
          .semblance-plot .ground, .semblance-plot .dashed circle, .semblance-plot .dashed rect, .semblance-plot .dashed path { fill: #202327; } .semblance-plot .curve circle, .semblance-plot .curve rect, .semblance-plot .curve path { stroke: #202327; }
          .semblance-plot .dashed circle, .semblance-plot .dashed rect, .semblance-plot .dashed path { stroke: currentColor; }
          .semblance-plot .rule { stroke: #2b2f34; } .semblance-plot .rule.strong { stroke: #3b4046; } .semblance-plot .tick { fill: #a3a8ae; } .semblance-plot .axis, .semblance-plot .name { fill: #eceded; }
          .semblance-plot .c0 { color: #98abff; } .semblance-plot .c1 { color: #ff9d74; } .semblance-plot .c2 { color: #7bdb9f; } .semblance-plot .c3 { color: #e29be6; }
          .semblance-plot .c4 { color: #ddc062; } .semblance-plot .c5 { color: #74cfe8; } .semblance-plot .c6 { color: #ff94b5; } .semblance-plot .c7 { color: #b9c0c8; }
        }
        """;
}
