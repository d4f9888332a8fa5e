using System.Text.Json;
using Semblance.Cli.Frame;

namespace Semblance.Cli.Lab;

/// <summary>Lines that a driver of <c>benchmarks/peers/ann</c> printed: the keys of <see cref="AnnRow"/>, with the peer's name for the kind.</summary>
internal static class PeerRows
{
    /// <exception cref="UsageException">The file is missing, or a line is not such an object.</exception>
    public static IReadOnlyList<AnnRow> Read(string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"There is no file '{path}'.");
        var rows = new List<AnnRow>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                rows.Add(Row(json.RootElement));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new UsageException($"Line {number} of '{path}' is not a measurement as benchmarks/peers/ann/run.sh prints them: {e.Message}");
            }
        }
        return rows;
    }

    private static AnnRow Row(JsonElement json) => new()
    {
        Kind = json.GetProperty("peer").GetString() ?? throw new FormatException("The peer has no name."),
        Setting = json.GetProperty("setting").GetString() ?? "",
        RecallAt1 = Optional(json, "recall@1"),
        RecallAt10 = Optional(json, "recall@10"),
        RecallAt100 = Optional(json, "recall@100"),
        Qps1 = json.GetProperty("qps_1").GetDouble(),
        Qps2 = json.GetProperty("qps_2").GetDouble(),
        P50Microseconds = json.GetProperty("p50_us").GetDouble(),
        P99Microseconds = json.GetProperty("p99_us").GetDouble(),
        BuildSeconds = json.GetProperty("build_seconds").GetDouble(),
        BuildCpuSeconds = json.GetProperty("build_cpu_seconds").GetDouble(),
        BytesPerVector = Optional(json, "bytes_per_vector"),
        IsPeer = true,
    };

    private static double? Optional(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
