using System.Globalization;
using Semblance.Reports.Plots;

namespace Semblance.Reports.Pages;

/// <summary>
/// Answers a second against recall. The rate is logarithmic; recall is drawn by the share that is missed, also logarithmic: there the
/// settings differ that people choose between. Peers are dashed.
/// </summary>
internal static class RecallPlot
{
    /// <summary>More than this of what is to be found is drawn as this: a few thousand answers tell no more.</summary>
    private const double Most = 0.9995;
    private const double Least = 0.5;

    private static readonly double[] s_recallTicks = [Least, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, Most];

    /// <summary>Kinds, peers last; settings that find less than the axis shows are left to the table. Null where none is left.</summary>
    /// <param name="recallName">Such as <c>recall@10</c>.</param>
    public static Plot? Of(IEnumerable<AnnRecord> rows, string recallName)
    {
        PlotSeries[] series =
        [
            .. rows.Where(row => row.Qps1 > 0 && Recall(row) >= Least)
                .GroupBy(row => (row.Kind, row.IsPeer))
                .OrderBy(group => group.Key.IsPeer)
                .Select(group => new PlotSeries(group.Key.Kind, [.. group.OrderBy(Recall).Select(row => new PlotPoint(Recall(row)!.Value, row.Qps1, Title(row, recallName)))]) { IsDashed = group.Key.IsPeer }),
        ];
        return series.Length == 0 ? null : new Plot
        {
            Label = $"Answers a second against {recallName}",
            X = new PlotAxis(recallName, PlotScale.Nines) { Most = Most, Ticks = s_recallTicks, Format = ".0###" },
            Y = new PlotAxis("answers a second, one thread", PlotScale.Logarithmic) { Format = "#,0.###" },
            Series = series,
        };
    }

    private static double? Recall(AnnRecord row) => row.RecallAt10 ?? row.RecallAt1;

    private static string Title(AnnRecord row, string recallName) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Kind} {row.Setting}: {recallName} {Recall(row):0.0000}, {row.Qps1:#,0} a second");
}
