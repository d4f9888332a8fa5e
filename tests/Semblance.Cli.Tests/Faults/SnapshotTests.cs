using System.Diagnostics;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class SnapshotTests
{
    private const int Rounds = 6;

    [Fact]
    public async Task A_killed_snapshot_is_whole_or_not_there()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(500, 16, 12);
        await bench.IndexAsync();
        var clock = Stopwatch.StartNew();
        await bench.OutputOfAsync("snapshot", bench["whole.semblance"]);
        var whole = clock.Elapsed.TotalMilliseconds;
        var rows = bench.Rows();
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            var file = bench[$"killed-{round}.semblance"];
            await KillAsync(bench, whole * random.NextDouble(), "snapshot", file);
            var gallery = bench.Gallery;
            if (File.Exists(file))
            {
                bench.Gallery = bench["restored-" + round];
                await bench.OutputOfAsync("restore", file);
                Assert.Equal(rows, bench.Rows());
            }
            bench.Gallery = gallery;
        }
        await bench.AssertSoundAsync(files);
    }

    [Fact]
    public async Task A_killed_restore_leaves_the_old_gallery_or_the_new_one_whole_and_searchable()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(500, 16, 12);
        await bench.IndexAsync();
        await bench.OutputOfAsync("snapshot", bench["new.semblance"]);
        var newRows = bench.Rows();
        bench.Gallery = bench["other"];
        var own = bench.WritePictures(40, 16, 12, bench["own"], 9000);
        await bench.OutputOfAsync("index", bench["own"], "--model", "hsv");
        await bench.OutputOfAsync("snapshot", bench["old.semblance"]);
        var oldRows = bench.Rows();
        var clock = Stopwatch.StartNew();
        await bench.OutputOfAsync("restore", bench["new.semblance"], "--yes");
        var whole = clock.Elapsed.TotalMilliseconds;

        var random = new Random(11);
        for (var round = 0; round < Rounds; round++)
        {
            await bench.OutputOfAsync("restore", bench["old.semblance"], "--yes");
            await bench.OutputOfAsync("index", bench["own"]);
            // The last thing before the fault, and only in the log: it must not be lost unless the whole gallery is replaced.
            await bench.OutputOfAsync("tag", "add", "mine", "1");
            await KillAsync(bench, whole * (0.3 + (0.8 * random.NextDouble())), "restore", bench["new.semblance"], "--yes");

            var replaced = FaultBench.Number(await bench.OutputOfAsync("status", "--format", "json"), "pictures") == newRows.Count;
            var query = replaced ? files[3] : own[3];
            Assert.Equal(query, (await bench.SearchAsync(query))[0].Path);
            Assert.Equal(replaced ? newRows : oldRows, bench.Rows());
            await bench.OutputOfAsync("verify");
            Assert.Equal(!replaced, (await bench.OutputOfAsync("tag", "ls", "--format", "json")).Contains("mine", StringComparison.Ordinal));
        }
        await bench.OutputOfAsync("restore", bench["new.semblance"], "--yes");
        Assert.Equal(newRows, bench.Rows());
        Assert.Empty(Directory.GetDirectories(bench.Gallery, "restore-*"));
    }

    [Fact]
    public async Task A_gallery_that_is_damaged_is_named_and_a_restore_replaces_it()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(40, 16, 12);
        await bench.IndexAsync();
        await bench.OutputOfAsync("snapshot", bench["s.semblance"]);
        var rows = bench.Rows();
        var database = Path.Combine(bench.Gallery, "gallery.db");
        var bytes = File.ReadAllBytes(database);
        Array.Fill<byte>(bytes, 0xAA, 0, 4096);
        File.WriteAllBytes(database, bytes);
        FaultBench.AssertSentence(await bench.RunAsync("search", files[0]), 4, "damaged");
        await bench.OutputOfAsync("restore", bench["s.semblance"], "--yes");
        Assert.Equal(rows, bench.Rows());
        Assert.Equal(files[0], (await bench.SearchAsync(files[0]))[0].Path);
    }

    [Fact]
    public async Task Damage_that_verify_finds_has_an_exit_code_of_its_own()
    {
        using var bench = new FaultBench();
        bench.WritePictures(40, 16, 12);
        await bench.IndexAsync();
        Assert.Equal(0, (await bench.RunAsync("verify")).Code);
        var index = Assert.Single(Directory.GetFiles(bench.Gallery, "*.index", SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(index);
        bytes[^100] ^= 1;
        File.WriteAllBytes(index, bytes);
        Assert.Equal(4, (await bench.RunAsync("verify")).Code);
    }

    private static async Task KillAsync(FaultBench bench, double milliseconds, params string[] args)
    {
        using var run = bench.Start(args);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TestContext.Current.CancellationToken);
        run.Kill();
        await run.EndAsync();
    }
}
