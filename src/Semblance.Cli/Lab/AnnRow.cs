using System.Globalization;
using Semblance.Cli.Output;

namespace Semblance.Cli.Lab;

/// <summary>What one setting of one kind reached; also what a peer's driver printed.</summary>
internal sealed record AnnRow
{
    public required string Kind { get; init; }

    public required string Setting { get; init; }

    /// <summary>What was asked for, where a target was.</summary>
    public double? TargetRecall { get; init; }

    public double? RecallAt1 { get; init; }

    public double? RecallAt10 { get; init; }

    public double? RecallAt100 { get; init; }

    /// <summary>Answers a second, one query after the other, by one thread.</summary>
    public double Qps1 { get; init; }

    /// <summary>The same by two threads together.</summary>
    public double Qps2 { get; init; }

    public double P50Microseconds { get; init; }

    public double P99Microseconds { get; init; }

    public double BuildSeconds { get; init; }

    public double BuildCpuSeconds { get; init; }

    public double? BytesPerVector { get; init; }

    public bool IsPeer { get; init; }

    /// <summary>The columns of the contract, with the target in front where there are targets.</summary>
    public static IReadOnlyList<Column<AnnRow>> Columns(bool withTarget) =>
    [
        new("kind", row => row.Kind),
        new("setting", row => row.Setting),
        .. withTarget ? (Column<AnnRow>[])[Number("target_recall", row => row.TargetRecall, "0.###")] : [],
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

    private static Column<AnnRow> Number(string name, Func<AnnRow, double?> value, string format) =>
        new(name, row => value(row), Shown: row => value(row)?.ToString(format, CultureInfo.InvariantCulture) ?? "–") { AlignRight = true };
}
