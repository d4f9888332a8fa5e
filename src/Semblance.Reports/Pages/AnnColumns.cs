using System.Globalization;
using Semblance.Reports.Tables;

namespace Semblance.Reports.Pages;

/// <summary>Measurements of indexes as people see them, in a terminal and on the page.</summary>
internal static class AnnColumns
{
    /// <param name="withTarget">Shows what was asked for, in front.</param>
    public static IReadOnlyList<Column<AnnRecord>> Of(bool withTarget) =>
    [
        new("kind", row => row.Kind),
        new("setting", row => row.Setting),
        .. withTarget ? (Column<AnnRecord>[])[Number("target_recall", row => row.TargetRecall, "0.###")] : [],
        Number("recall@1", row => row.RecallAt1, "0.0000"),
        Number("recall@10", row => row.RecallAt10, "0.0000"),
        Number("recall@100", row => row.RecallAt100, "0.0000"),
        Number("qps_1", row => row.Qps1, "#,0"),
        Number("qps_2", row => row.Qps2, "#,0"),
        Number("p50_us", row => row.P50Microseconds, "#,0.0"),
        Number("p99_us", row => row.P99Microseconds, "#,0.0"),
        Number("build_seconds", row => row.BuildSeconds, "#,0.00"),
        Number("build_cpu_seconds", row => row.BuildCpuSeconds, "#,0.00"),
        Number("bytes_per_vector", row => row.BytesPerVector, "#,0"),
    ];

    private static Column<AnnRecord> Number(string name, Func<AnnRecord, double?> value, string format) =>
        new(name, row => value(row), Shown: row => value(row)?.ToString(format, CultureInfo.InvariantCulture) ?? "–") { AlignRight = true };
}
