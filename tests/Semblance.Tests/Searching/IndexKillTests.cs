using System.Diagnostics;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Tests.Searching;

/// <summary>
/// Processes that are killed while they save, compact, catch up and rebuild indexes. The child is this very test program, which runs
/// <see cref="Churn"/> and nothing else.
/// </summary>
[CollectionDefinition(nameof(IndexKillTests), DisableParallelization = true)]
[Collection(nameof(IndexKillTests))]
public sealed class IndexKillTests
{
    private const int Kills = 20;
    private const int Rows = 2200;
    private const string FolderVariable = "SEMBLANCE_TEST_CHURN";
    private const string Ready = "churning";

    [Fact]
    public async Task A_gallery_answers_rightly_after_each_of_twenty_kills()
    {
        using var rows = new RowGallery();
        using (var gallery = rows.Open())
            rows.Add(gallery, 0, Rows);
        var random = new SeededRandom(7);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var child = Start(rows.Folder))
            {
                // So many rounds, and somewhere in the next.
                for (var rounds = random.NextInt(5); rounds >= 0; rounds--)
                    await NextRoundAsync(child);
                await Task.Delay(random.NextInt(150), TestContext.Current.CancellationToken);
                child.Kill();
                await child.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.NotEqual(0, child.ExitCode);
            }
            seen.UnionWith(rows.IndexFiles);
            using var gallery = rows.Open();
            var checkedGallery = gallery.Verify();
            Assert.True(checkedGallery.Ok, string.Join('\n', checkedGallery.Problems));
            Assert.Equal(1, await rows.RecallAsync(gallery, queries: 10, targetRecall: 1));
            Assert.True(await rows.RecallAsync(gallery, queries: 10) >= 0.85);
        }
        // Kills that never met an index file would prove nothing.
        Assert.True(seen.Count >= 2, string.Join(", ", seen));
    }

    /// <summary>Changes rows and indexes for ever; the test above kills it.</summary>
    [Fact(Explicit = true)]
    public async Task Churn()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipUnless(folder is not null, "Only as a child of the test above.");
        using var rows = new RowGallery(folder);
        using var gallery = rows.Open(upkeep: Environment.ProcessId % 2 == 0);
        var random = new SeededRandom(Environment.ProcessId);
        var next = (int)gallery.Store.CountItems(includeMissing: true);
        await gallery.SearchAsync(Query.FromId(gallery.Store.Items().First().Id));
        string[] kinds = ["ivf-pq4", "exact", "hnsw"];
        for (var round = 0; ; round++)
        {
            Console.WriteLine(Ready);
            await Console.Out.FlushAsync(TestContext.Current.CancellationToken);
            gallery.IndexKind = kinds[round % kinds.Length];
            rows.Add(gallery, next, 100);
            next += 100;
            var ids = gallery.Store.Items().Select(item => item.Id).ToArray();
            random.Shuffle<long>(ids);
            RowGallery.Remove(gallery, ids[..100]);
            // Searches catch the index up and wake the upkeep, which builds in the background; this builds, saves and compacts in the foreground.
            await gallery.SearchAsync(new Query { Inputs = [new VectorInput(rows.Vector(next))] });
            gallery.BuildIndexIfWorthIt(compact: round % 3 == 0, TestContext.Current.CancellationToken);
        }
    }

    private static async Task NextRoundAsync(Process child)
    {
        var said = new List<string>();
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(Ready, StringComparison.Ordinal))
                return;
            said.Add(line);
        }
        Assert.Fail("The child ended by itself: " + string.Join('\n', said));
    }

    private static Process Start(string folder)
    {
        var program = Path.ChangeExtension(typeof(IndexKillTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null).TrimEnd('.');
        var start = new ProcessStartInfo(program, ["-method", $"{typeof(IndexKillTests).FullName}.{nameof(Churn)}", "-explicit", "only", "-showLiveOutput", "-noColor"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = folder;
        return Process.Start(start)!;
    }
}
