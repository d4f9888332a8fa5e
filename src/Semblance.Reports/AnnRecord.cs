using System.Text.Json.Serialization;
using Semblance.Lab;

namespace Semblance.Reports;

/// <summary>One line of <c>lab ann</c>: what a setting of a kind of index reached. <see cref="AnnRow"/> says what each member means.</summary>
/// <param name="TargetRecall">What was asked for; left out where nothing was.</param>
/// <param name="BytesPerVector">Null where a peer does not say.</param>
public sealed record AnnRecord(
    string Kind,
    string Setting,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TargetRecall,
    [property: JsonPropertyName("recall@1")] double? RecallAt1,
    [property: JsonPropertyName("recall@10")] double? RecallAt10,
    [property: JsonPropertyName("recall@100")] double? RecallAt100,
    [property: JsonPropertyName("qps_1")] double Qps1,
    [property: JsonPropertyName("qps_2")] double Qps2,
    [property: JsonPropertyName("p50_us")] double P50Microseconds,
    [property: JsonPropertyName("p99_us")] double P99Microseconds,
    double BuildSeconds,
    double BuildCpuSeconds,
    double? BytesPerVector)
{
    /// <summary>True for a line of another library's driver (<see cref="PeerRecord"/>).</summary>
    [JsonIgnore]
    public bool IsPeer { get; init; }

    public static AnnRecord Of(AnnRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(row.Kind, row.Setting, row.TargetRecall, row.RecallAt1, row.RecallAt10, row.RecallAt100, row.Qps1, row.Qps2, row.P50Microseconds, row.P99Microseconds, row.BuildSeconds, row.BuildCpuSeconds, row.BytesPerVector);
    }
}

/// <summary>A line that a driver of <c>benchmarks/peers/ann</c> prints: the keys of <see cref="AnnRecord"/>, with the peer's name for the kind.</summary>
public sealed record PeerRecord
{
    [JsonRequired]
    public required string Peer { get; init; }

    [JsonRequired]
    public required string Setting { get; init; }

    [JsonPropertyName("recall@1")]
    public double? RecallAt1 { get; init; }

    [JsonPropertyName("recall@10")]
    public double? RecallAt10 { get; init; }

    [JsonPropertyName("recall@100")]
    public double? RecallAt100 { get; init; }

    [JsonPropertyName("qps_1"), JsonRequired]
    public double Qps1 { get; init; }

    [JsonPropertyName("qps_2"), JsonRequired]
    public double Qps2 { get; init; }

    [JsonPropertyName("p50_us"), JsonRequired]
    public double P50Microseconds { get; init; }

    [JsonPropertyName("p99_us"), JsonRequired]
    public double P99Microseconds { get; init; }

    [JsonRequired]
    public double BuildSeconds { get; init; }

    [JsonRequired]
    public double BuildCpuSeconds { get; init; }

    public double? BytesPerVector { get; init; }

    /// <summary>The line beside ours.</summary>
    public AnnRecord Beside() =>
        new(Peer, Setting, null, RecallAt1, RecallAt10, RecallAt100, Qps1, Qps2, P50Microseconds, P99Microseconds, BuildSeconds, BuildCpuSeconds, BytesPerVector) { IsPeer = true };
}
