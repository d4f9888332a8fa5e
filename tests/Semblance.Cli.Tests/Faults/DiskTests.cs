using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class DiskTests
{
    /// <summary>Fills the disk of a folder until only about that many bytes are free.</summary>
    private static string Fill(string folder, long leave)
    {
        var ballast = Path.Combine(folder, "ballast");
        using var file = File.Create(ballast);
        var block = new byte[4096];
        try
        {
            while (leave == 0 || new DriveInfo(folder).AvailableFreeSpace > leave)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full to the last block, as asked.
        }
        return ballast;
    }

    private static void AssertDiskFull(CommandResult result)
    {
        Assert.True(result.Code is 1 or FaultBench.Refused, $"Ended with {result.Code}: {result.Error}");
        FaultBench.AssertNoTrace(result);
        Assert.True(result.Error.Contains("full", StringComparison.Ordinal) || result.Error.Contains("space", StringComparison.Ordinal), result.Error);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(90)]
    [InlineData(300)]
    [InlineData(650)]
    public async Task On_a_full_disk_index_stops_with_a_sentence_and_goes_on_when_there_is_space(int freeKilobytes)
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(400, 32, 24);
        var disk = bench.Mount("disk", "2m");
        bench.Gallery = Path.Combine(disk, "gallery");
        Fill(disk, freeKilobytes * 1024);

        AssertDiskFull(await bench.RunAsync("index", bench.Pictures, "--model", "hsv"));
        // Again on the disk that is still full: nothing gets worse.
        AssertDiskFull(await bench.RunAsync("index", bench.Pictures, "--model", "hsv"));
        Fill(Path.Combine(disk), 0);

        var before = 0;
        var answer = await bench.RunAsync("search", files[3], "--format", "json");
        FaultBench.AssertNoTrace(answer);
        if (answer.Code == 0)
            before = (int)FaultBench.Number(await bench.OutputOfAsync("status", "--format", "json"), "pictures");
        else
            Assert.True(answer.Code is 1 or 2 && (answer.Error.Contains("no pictures yet", StringComparison.Ordinal) || answer.Error.Contains("no gallery", StringComparison.Ordinal) || answer.Error.Contains("full", StringComparison.Ordinal)), answer.Error);
        if (freeKilobytes >= 650)
            Assert.True(before > 0, "Nothing was committed before the disk was full: " + answer.Error);
        if (before > 0)
            Assert.Equal(Math.Min(10, before), FaultBench.Hits(answer.Output).Length);

        FaultBench.Remount(disk, "size=32m");
        var report = await bench.IndexAsync();
        Assert.True(FaultBench.Number(report, "added") <= files.Length - before, "What was committed was read again.");
        await bench.AssertSoundAsync(files);
        Assert.Equal(files[3], (await bench.SearchAsync(files[3]))[0].Path);
    }

    [Fact]
    public async Task A_snapshot_or_export_to_a_full_disk_leaves_nothing_behind_and_the_gallery_as_it_was()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(60, 32, 24);
        await bench.IndexAsync();
        var disk = bench.Mount("disk", "1m");
        Fill(disk, 8 * 1024);
        var there = Directory.GetFiles(disk);
        foreach (var args in (string[][])[["snapshot", Path.Combine(disk, "s.semblance")], ["export", "--format", "npy", "--output", Path.Combine(disk, "v.npy")], ["export", "--output", Path.Combine(disk, "v.json")]])
        {
            var result = await bench.RunAsync(args);
            Assert.Equal(1, result.Code);
            FaultBench.AssertNoTrace(result);
            Assert.True(result.Error.Contains("full", StringComparison.Ordinal) || result.Error.Contains("space", StringComparison.Ordinal), result.Error);
            Assert.Equal(there, Directory.GetFiles(disk));
        }
        await bench.AssertSoundAsync(files);
    }

    [Fact]
    public async Task A_restore_to_a_full_disk_leaves_the_gallery_that_is_there()
    {
        using var bench = new FaultBench();
        bench.WritePictures(200, 32, 24);
        await bench.IndexAsync();
        await bench.OutputOfAsync("snapshot", bench["big.semblance"]);
        var disk = bench.Mount("disk", "2m");
        bench.Gallery = Path.Combine(disk, "gallery");
        var own = bench.WritePictures(8, 32, 24, bench["own"], 5000);
        await bench.OutputOfAsync("index", bench["own"], "--model", "hsv");
        foreach (var free in (int[])[16, 300, 600])
        {
            File.Delete(Path.Combine(disk, "ballast"));
            Fill(disk, free * 1024);
            AssertDiskFull(await bench.RunAsync("restore", bench["big.semblance"], "--yes"));
            Assert.Equal(own[3], (await bench.SearchAsync(own[3]))[0].Path);
        }
        File.Delete(Path.Combine(disk, "ballast"));
        await bench.AssertSoundAsync(own);
    }

    private static readonly string[][] s_reading =
    [
        ["status"], ["similar", "1"], ["export"], ["export", "--format", "npy"], ["evaluate"], ["verify"], ["tag", "ls"],
    ];

    private static async Task AssertReadsAndRefusesAsync(FaultBench bench, string picture, int pictures, Func<string[], Task<CommandResult>> run)
    {
        var found = await run(["search", picture, "--format", "json"]);
        Assert.True(found.Code == 0, found.Error);
        Assert.Equal(picture, FaultBench.Hits(found.Output)[0].Path);
        foreach (var args in s_reading)
        {
            var result = await run(args);
            Assert.True(result.Code == 0, $"{string.Join(' ', args)} ended with {result.Code}: {result.Error}");
        }
        var status = await run(["status", "--format", "json"]);
        Assert.Equal(pictures, FaultBench.Number(status.Output, "pictures"));
        foreach (var args in (string[][])[["index", bench.Pictures], ["tag", "add", "x", "1"], ["reindex", "--model", "pixels"]])
        {
            var result = await run(args);
            FaultBench.AssertSentence(result, FaultBench.Refused, "cannot be written");
        }
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("killed")]
    [InlineData("killed, without the index of the log")]
    public async Task A_gallery_on_a_read_only_disk_is_read_and_refuses_changes(string writer)
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(40, 64, 48);
        var disk = bench.Mount("disk", "16m");
        bench.Gallery = Path.Combine(disk, "gallery");
        await bench.IndexAsync();
        var log = Path.Combine(bench.Gallery, "gallery.db-wal");
        if (writer == "closed")
        {
            File.Delete(Path.Combine(bench.Gallery, "gallery.db-shm"));
            Assert.False(File.Exists(log));
        }
        else
        {
            files = [.. files, .. bench.WritePictures(240, 200, 150, Path.Combine(bench.Pictures, "more"), 900)];
            await KillWithLogAsync(bench, log);
            if (writer != "killed")
                File.Delete(Path.Combine(bench.Gallery, "gallery.db-shm"));
        }
        // Counted on a copy, so that the log stays as the killed writer left it.
        var gallery = bench.Gallery;
        bench.Gallery = bench["copy"];
        Assert.True(FaultBench.Tool("cp", "-r", gallery, bench.Gallery));
        var committed = bench.Rows().Count;
        bench.Gallery = gallery;
        FaultBench.Remount(disk, "ro");
        await AssertReadsAndRefusesAsync(bench, files[5], committed, args => bench.RunAsync(args));
        // Copies made for reading are removed again.
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetTempPath(), "semblance-read-*"), folder => File.Exists(Path.Combine(folder, "gallery.db")));

        FaultBench.Remount(disk, "rw");
        await bench.IndexAsync();
        await bench.AssertSoundAsync(files);
    }

    private static async Task KillWithLogAsync(FaultBench bench, string log)
    {
        using var run = bench.Start("index", bench.Pictures, "--model", "hsv", "--threads", "1");
        while (!run.HasExited && !(File.Exists(log) && new FileInfo(log).Length > 100_000))
            await Task.Delay(2, TestContext.Current.CancellationToken);
        run.Kill();
        Assert.Equal(137, (await run.EndAsync()).Code);
        Assert.True(new FileInfo(log).Length > 0);
    }

    [Fact]
    public async Task A_gallery_of_another_user_is_read_and_refuses_changes()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can become another user.");
        using var bench = new FaultBench();
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        var files = bench.WritePictures(30, 64, 48);
        await bench.IndexAsync();
        bench.Environment["SEMBLANCE_HOME"] = bench["home-of-nobody"];
        Assert.True(FaultBench.Tool("chmod", "-R", "a+rX,go-w", bench.Folder));
        using (var probe = ChildProcess.Start(bench.Folder, bench.Environment, ["--version"], nobody))
            Assert.SkipUnless((await probe.EndAsync()).Code == 0, "The user nobody cannot reach the built command.");

        await AssertReadsAndRefusesAsync(bench, files[5], files.Length, async args =>
        {
            using var child = ChildProcess.Start(bench.Folder, bench.Environment, [.. args, "--gallery", bench.Gallery], nobody);
            return await child.EndAsync();
        });
    }
}
