using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class HostileRunTests
{
    private const long MostMemory = 700L << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hostile_folder_is_indexed_with_every_file_accounted_for_and_nothing_fetched(bool followLinks)
    {
        using var bench = new FaultBench();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var hostile = HostileFolder.Create(bench["hostile"], $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/picture.png");

        var peak = 0L;
        CommandResult result;
        using (var run = bench.Start(["index", hostile.Path, "--model", "hsv", .. followLinks ? ["--follow-links"] : Array.Empty<string>()]))
        {
            while (!run.HasExited)
            {
                peak = Math.Max(peak, run.PeakMemory());
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
            result = await run.EndAsync();
        }
        Assert.True(result.Code == 1, $"{result.Code}: {result.Error}");
        FaultBench.AssertNoTrace(result);
        Assert.InRange(peak, 1, MostMemory);
        Assert.False(listener.Pending(), "Something connected to the address in a drawing.");

        var indexed = bench.Rows().Keys.ToHashSet(StringComparer.Ordinal);
        var failed = Failures(await bench.OutputOfAsync("status", "--failed", "--format", "json"));
        foreach (var file in hostile.Files)
        {
            // A link to a file is passed over where links are not followed.
            if (!followLinks && new FileInfo(file.Path).LinkTarget is not null && !failed.ContainsKey(file.Path))
            {
                Assert.EndsWith("device.jpg", file.Path, StringComparison.Ordinal);
                continue;
            }
            var mayBeIndexed = file.Reason is null || file.MayDecode;
            Assert.True(indexed.Contains(file.Path) ? mayBeIndexed : file.Reason is not null && failed.ContainsKey(file.Path), $"{file.What}: {(indexed.Contains(file.Path) ? "indexed" : failed.GetValueOrDefault(file.Path) ?? "not listed")}");
        }
        Assert.All(failed.Values, reason => Assert.False(string.IsNullOrWhiteSpace(reason)));
        if (hostile.HasLongPath)
            Assert.Contains(failed, failure => failure.Value.StartsWith("path-too-long", StringComparison.Ordinal));
        await AssertNothingRedAsync(bench, hostile);

        // A second run finds nothing new to do and says the same.
        var again = await bench.RunAsync(["index", hostile.Path, .. followLinks ? ["--follow-links"] : Array.Empty<string>()]);
        Assert.Equal(1, again.Code);
        Assert.Equal(0, FaultBench.Number(again.Output, "added"));
        Assert.Equal(FaultBench.Number(result.Output, "failed"), FaultBench.Number(again.Output, "failed"));
        Assert.Equal(failed.Keys.Order(), Failures(await bench.OutputOfAsync("status", "--failed", "--format", "json")).Keys.Order());
        await bench.OutputOfAsync("verify");
        await bench.SearchAsync(hostile.Good.First().Path);
        Assert.False(listener.Pending(), "Something connected to the address in a drawing.");
    }

    private static Dictionary<string, string> Failures(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateArray().ToDictionary(f => f.GetProperty("path").GetString()!, f => $"{f.GetProperty("reason").GetString()}: {f.GetProperty("message").GetString()}", StringComparer.Ordinal);
    }

    /// <summary>The picture outside is pure red; the histogram of a drawing that had read it would lie near that of a red picture.</summary>
    private static async Task AssertNothingRedAsync(FaultBench bench, HostileFolder hostile)
    {
        var hits = await bench.SearchAsync(hostile.Outside, k: 50);
        Assert.All(hits.Where(hit => hit.Path.EndsWith(".svg", StringComparison.Ordinal)), hit => Assert.InRange(hit.Score, -1, 0.05));
    }
}
