using System.Globalization;
using System.Net;
using System.Text;

namespace Semblance.Cli.Lab;

/// <summary>
/// Answers a second against recall as SVG. The rate is logarithmic; recall is drawn by the share that is missed, also
/// logarithmic, so that .9, .99 and .999 are equally far apart: there the settings differ that people choose between.
/// Peers are dashed.
/// </summary>
internal static class RecallPlot
{
    private const double Width = 1120;
    private const double Height = 520;
    private const double Left = 74;
    private const double Right = 28;
    private const double Top = 18;
    private const double Bottom = 56;

    /// <summary>More than this of what is to be found is drawn as this: a few thousand answers tell no more.</summary>
    private const double Most = 0.9995;
    private const double Least = 0.5;

    private static readonly double[] s_recallTicks = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, Most];

    /// <summary>Curves with their names, peers last; settings that find less than the axis shows are left to the table.</summary>
    public static IReadOnlyList<(string Name, bool IsPeer, IReadOnlyList<AnnRow> Rows)> Curves(IEnumerable<AnnRow> rows) =>
        [.. rows.Where(row => row is { Qps1: > 0 } && Recall(row) >= Least).GroupBy(row => (row.Kind, row.IsPeer)).OrderBy(group => group.Key.IsPeer).Select(group => (group.Key.Kind, group.Key.IsPeer, (IReadOnlyList<AnnRow>)[.. group.OrderBy(row => Recall(row))]))];

    /// <summary>The recall that the axis shows.</summary>
    public static double? Recall(AnnRow row) => row.RecallAt10 ?? row.RecallAt1;

    public static string Draw(IReadOnlyList<(string Name, bool IsPeer, IReadOnlyList<AnnRow> Rows)> curves, string recallName)
    {
        var svg = new StringBuilder();
        var all = curves.SelectMany(curve => curve.Rows).ToArray();
        var lowest = s_recallTicks.Last(tick => tick <= all.Min(row => Recall(row)!.Value));
        var (least, most) = (Math.Pow(10, Math.Floor(Math.Log10(all.Min(row => row.Qps1)))), Math.Pow(10, Math.Ceiling(Math.Log10(all.Max(row => row.Qps1) * 1.02))));
        double X(double recall) => Left + ((Nines(recall) - Nines(lowest)) / (Nines(Most) - Nines(lowest)) * (Width - Left - Right));
        double Y(double rate) => Top + ((Math.Log10(most) - Math.Log10(rate)) / (Math.Log10(most) - Math.Log10(least)) * (Height - Top - Bottom));

        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Answers a second against {recallName}\">\n");
        foreach (var tick in s_recallTicks.Where(tick => tick >= lowest))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"rule\" x1=\"{X(tick):0.0}\" x2=\"{X(tick):0.0}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{X(tick):0.0}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{(tick == Most ? "≥ " : "")}{tick:.0###}</text>\n");
        }
        for (var decade = least; decade < most * 1.01; decade *= 10)
        {
            foreach (var factor in (ReadOnlySpan<int>)[1, 2, 5])
            {
                var rate = decade * factor;
                if (rate > most * 1.01)
                    break;
                svg.Append(CultureInfo.InvariantCulture, $"<line class=\"rule{(factor == 1 ? " strong" : "")}\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(rate):0.0}\" y2=\"{Y(rate):0.0}\"/>");
                svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{Left - 9}\" y=\"{Y(rate) + 4:0.0}\" text-anchor=\"end\">{rate:#,0.###}</text>\n");
            }
        }
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"axis\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{recallName}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"axis\" transform=\"translate(15 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">answers a second, one thread</text>\n");
        for (var i = 0; i < curves.Count; i++)
        {
            var (name, isPeer, rows) = curves[i];
            var points = rows.Select(row => (X: X(Math.Min(Recall(row)!.Value, Most)), Y: Y(row.Qps1), Row: row)).ToArray();
            svg.Append(CultureInfo.InvariantCulture, $"<g class=\"curve c{i % PaletteSize}{(isPeer ? " peer" : "")}\">");
            svg.Append("<polyline points=\"").AppendJoin(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.0},{point.Y:0.0}"))).Append("\"/>\n");
            foreach (var (x, y, row) in points)
                svg.Append(Marker(i, x, y, string.Create(CultureInfo.InvariantCulture, $"{name} {row.Setting}: {recallName} {Recall(row):0.0000}, {row.Qps1:#,0} a second"))).Append('\n');
            svg.Append("</g>\n");
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Colours that <see cref="AnnPage"/> defines; shapes change with every curve, so that colour alone tells nothing.</summary>
    public const int PaletteSize = 8;

    public static string Marker(int curve, double x, double y, string? title = null)
    {
        var inside = title is null ? "" : $"<title>{WebUtility.HtmlEncode(title)}</title>";
        return (curve % 4) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"4.2\">{inside}</circle>"),
            1 => string.Create(CultureInfo.InvariantCulture, $"<rect x=\"{x - 3.8:0.0}\" y=\"{y - 3.8:0.0}\" width=\"7.6\" height=\"7.6\">{inside}</rect>"),
            2 => string.Create(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.0} {y - 5.2:0.0}l5 8.8h-10z\">{inside}</path>"),
            _ => string.Create(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.0} {y - 5.4:0.0}l5.4 5.4-5.4 5.4-5.4-5.4z\">{inside}</path>"),
        };
    }

    private static double Nines(double recall) => -Math.Log10(1 - Math.Min(recall, Most));
}
