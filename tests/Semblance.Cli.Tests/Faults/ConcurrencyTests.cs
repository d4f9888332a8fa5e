using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class ConcurrencyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_runs_at_once_one_is_done_and_the_other_is_done_or_refused(bool sameFolder)
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(120, 240, 180);
        var others = sameFolder ? [] : bench.WritePictures(120, 240, 180, bench["others"], 5000);
        string[][] folders = [[bench.Pictures], [sameFolder ? bench.Pictures : bench["others"]]];
        using var first = bench.Start(["index", .. folders[0], "--model", "hsv"]);
        using var second = bench.Start(["index", .. folders[1], "--model", "hsv"]);
        var results = new[] { await first.EndAsync(), await second.EndAsync() };

        Assert.Contains(results, result => result.Code == 0);
        foreach (var result in results.Where(result => result.Code != 0))
            FaultBench.AssertSentence(result, FaultBench.Refused, "Another process is changing the gallery");
        var expected = results.Zip(new[] { files, sameFolder ? files : others }).Where(pair => pair.First.Code == 0).SelectMany(pair => pair.Second).Distinct();
        await bench.AssertSoundAsync(expected);
        await bench.OutputOfAsync(["index", .. folders[0]]);
        await bench.OutputOfAsync(["index", .. folders[1]]);
        await bench.AssertSoundAsync([.. files, .. others]);
    }

    [Fact]
    public async Task Readers_never_fail_while_a_run_writes_and_see_more_and_more()
    {
        using var bench = new FaultBench();
        TinyNetwork.Write(Path.Combine(bench.Home, "models", "tiny"), 0.1f);
        var files = bench.WritePictures(8, 320, 240);
        await bench.OutputOfAsync("index", bench.Pictures, "--model", "tiny");
        var more = bench.WritePictures(250, 400, 300, Path.Combine(bench.Pictures, "more"), 700);

        using var run = bench.Start("index", bench.Pictures, "--threads", "1");
        var seen = 0L;
        var searches = 0;
        while (!run.HasExited)
        {
            Assert.Equal(files[2], (await bench.SearchAsync(files[2]))[0].Path);
            var pictures = FaultBench.Number(await bench.OutputOfAsync("status", "--format", "json"), "pictures");
            Assert.True(pictures >= seen);
            seen = pictures;
            searches++;
        }
        var ended = await run.EndAsync();
        Assert.True(ended.Code == 0, ended.Error);
        Assert.True(searches >= 2, "The run was over before anything was searched.");
        await bench.AssertSoundAsync([.. files, .. more]);
    }

    [Fact]
    public async Task Many_first_searches_at_once_on_a_gallery_without_index_files_agree()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(60, 64, 48);
        await bench.IndexAsync();
        Directory.Delete(Path.Combine(bench.Gallery, "spaces"), recursive: true);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bench.SearchAsync(files[9])));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal(files[9], answers[0][0].Path);
    }
}
