using System.Text.Json;
using Semblance.Lab;

namespace Semblance.Reports.Pages;

/// <summary>What drivers of <c>benchmarks/peers/ann</c> printed, a <see cref="PeerRecord"/> a line.</summary>
internal static class PeerRows
{
    /// <exception cref="MeasurementException">The file is missing, or a line is not such an object.</exception>
    public static IReadOnlyList<AnnRecord> Read(string path)
    {
        if (!File.Exists(path))
            throw new MeasurementException($"There is no file '{path}'.");
        var rows = new List<AnnRecord>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                rows.Add((JsonSerializer.Deserialize(line, WireKeys.Default.PeerRecord) ?? throw new JsonException("There is no object.")).Beside());
            }
            catch (JsonException e)
            {
                throw new MeasurementException($"Line {number} of '{path}' is not a measurement as benchmarks/peers/ann/run.sh prints them: {e.Message}", e);
            }
        }
        return rows;
    }
}
