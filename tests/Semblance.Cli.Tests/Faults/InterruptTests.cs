using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class InterruptTests
{
    [Theory]
    [InlineData(ChildProcess.Interrupt)]
    [InlineData(ChildProcess.Terminate)]
    public async Task A_signal_ends_the_run_with_a_sentence_and_the_next_run_goes_on(int signal)
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(220, 400, 300);
        using var run = bench.Start("index", bench.Pictures, "--model", "hsv", "--threads", "1");
        await WaitForCommitAsync(bench, run);
        run.Signal(signal);
        FaultBench.AssertSentence(await run.EndAsync(), 130, "What was finished is kept");

        var kept = bench.Rows().Count;
        Assert.InRange(kept, 1, files.Length - 1);
        Assert.Equal(files.Length - kept, FaultBench.Number(await bench.IndexAsync(), "added"));
        await bench.AssertSoundAsync(files);
    }

    private static async Task WaitForCommitAsync(FaultBench bench, ChildProcess run)
    {
        while (!run.HasExited && bench.Committed() == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.False(run.HasExited, "The run was over before it could be disturbed.");
    }

    [Fact]
    public async Task A_reader_that_closes_the_pipe_early_gets_no_complaint()
    {
        using var bench = new FaultBench();
        bench.WritePictures(400, 16, 12);
        await bench.IndexAsync();
        string[] commandLines = ["export --format jsonl", "export --format json", "export --format npy", "search id:1 -k 400 --format jsonl", "search id:1 -k 400 --format json"];
        foreach (var commandLine in commandLines)
        {
            using var child = ChildProcess.Start(bench.Folder, bench.Environment, [.. commandLine.Split(' '), "--gallery", bench.Gallery], readOutput: false);
            child.Output.Close();
            var result = await child.EndAsync();
            Assert.Equal("", result.Error);
            Assert.Equal(0, result.Code);
        }
    }

    [Fact]
    public async Task A_folder_that_vanishes_during_a_run_and_comes_back_is_whole_again()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(220, 400, 300);
        var away = bench["away"];
        using (var run = bench.Start("index", bench.Pictures, "--model", "hsv", "--threads", "1"))
        {
            await WaitForCommitAsync(bench, run);
            Directory.Move(bench.Pictures, away);
            var ended = await run.EndAsync();
            FaultBench.AssertNoTrace(ended);
            Assert.True(ended.Code is 1 or FaultBench.Refused, $"{ended.Code}: {ended.Error}");
        }
        await bench.OutputOfAsync("verify");
        Assert.InRange(bench.Rows().Count, 1, files.Length - 1);
        Directory.CreateDirectory(bench.Pictures);
        FaultBench.AssertSentence(await bench.RunAsync("index", bench.Pictures), FaultBench.Refused, "--allow-empty");
        Directory.Delete(bench.Pictures);
        Assert.Equal(2, (await bench.RunAsync("index", bench.Pictures)).Code);

        Directory.Move(away, bench.Pictures);
        await bench.IndexAsync();
        await bench.AssertSoundAsync(files);
        Assert.Equal("[]", (await bench.OutputOfAsync("status", "--failed", "--format", "json")).Trim());
    }

    [Fact]
    public async Task Of_two_folders_one_that_is_not_mounted_forgets_nothing_and_a_move_between_them_is_no_such_thing()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(8, 64, 48);
        var disk = bench["disk"];
        var others = bench.WritePictures(8, 64, 48, disk, 500);
        await bench.IndexAsync(disk);
        Directory.Move(disk, bench["away"]);
        Directory.CreateDirectory(disk);
        FaultBench.AssertSentence(await bench.RunAsync("index", bench.Pictures, disk), FaultBench.Refused, $"'{disk}' holds no picture any more");
        await bench.AssertSoundAsync([.. files, .. others]);

        Directory.Move(bench["away"], Path.Combine(bench.Pictures, "moved"));
        Assert.Equal(8, FaultBench.Number(await bench.OutputOfAsync("index", bench.Pictures, disk), "renamed"));
        await bench.AssertSoundAsync([.. files, .. others.Select(path => path.Replace(disk, Path.Combine(bench.Pictures, "moved"), StringComparison.Ordinal))]);
    }

    [Fact]
    public async Task Files_that_change_while_they_are_read_end_up_right()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(100, 400, 300);
        var restless = files.Take(12).ToArray();
        var contents = restless.Select((_, i) => new[] { FaultBench.PictureOf(4000 + i), FaultBench.PictureOf(5000 + i, 500, 300) }).ToArray();
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                for (var i = 0; i < restless.Length; i++)
                {
                    // Cut to nothing, grown in pieces: a reader sees any part of it.
                    using var file = new FileStream(restless[i], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                    var bytes = contents[i][round % 2];
                    file.SetLength(0);
                    file.Write(bytes, 0, bytes.Length / 2);
                    file.Flush();
                    Thread.Yield();
                    file.Write(bytes, bytes.Length / 2, bytes.Length - (bytes.Length / 2));
                }
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            var run = await bench.RunAsync("index", bench.Pictures, "--model", "hsv", "--batch", "1");
            FaultBench.AssertNoTrace(run);
            Assert.True(run.Code is 0 or 1, run.Error);
        }
        await stop.CancelAsync();
        await changing;
        for (var i = 0; i < restless.Length; i++)
            File.WriteAllBytes(restless[i], contents[i][0]);
        await bench.IndexAsync();
        await bench.AssertSoundAsync(files);
        var found = bench.Rows();
        bench.Gallery = bench["fresh"];
        await bench.IndexAsync();
        Assert.Equal(bench.Rows(), found);
    }
}
