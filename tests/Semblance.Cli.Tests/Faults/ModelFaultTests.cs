using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class ModelFaultTests
{
    [Fact]
    public async Task Weights_that_changed_under_a_gallery_are_refused_by_name_and_reindex_is_the_way_out()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(24, 64, 48);
        var model = TinyNetwork.Write(Path.Combine(bench.Home, "models", "tiny"), 0.1f);
        await bench.OutputOfAsync("index", bench.Pictures, "--model", "tiny");
        var old = await HashOfSpaceAsync(bench);
        var before = bench.Rows();

        TinyNetwork.Write(model, 0.7f);
        File.WriteAllBytes(bench["query.jpg"], FaultBench.PictureOf(777));
        bench.WritePictures(4, 64, 48, Path.Combine(bench.Pictures, "new"), 300);
        var found = "";
        foreach (var args in (string[][])[["search", bench["query.jpg"]], ["index", bench.Pictures]])
        {
            var result = await bench.RunAsync(args);
            FaultBench.AssertSentence(result, FaultBench.Refused, "semblance reindex --model tiny");
            var named = Regex.Match(result.Error, "identity (?<old>[0-9a-f]{12})…, found (?<new>[0-9a-f]{12})…", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            Assert.Equal(old[..12], named.Groups["old"].Value);
            Assert.NotEqual(old[..12], named.Groups["new"].Value);
            found = named.Groups["new"].Value;
        }
        Assert.Equal(before, bench.Rows());
        // A picture of the gallery needs no network, so it is still answered.
        Assert.Equal(files[2], (await bench.SearchAsync(files[2]))[0].Path);

        await bench.OutputOfAsync("reindex", "--model", "tiny");
        Assert.StartsWith(found, await HashOfSpaceAsync(bench), StringComparison.Ordinal);
        await bench.OutputOfAsync("index", bench.Pictures);
        await bench.OutputOfAsync("verify");
        Assert.NotEmpty(await bench.SearchAsync(bench["query.jpg"]));
    }

    private static async Task<string> HashOfSpaceAsync(FaultBench bench)
    {
        using var status = JsonDocument.Parse(await bench.OutputOfAsync("status", "--format", "json"));
        return status.RootElement.GetProperty("spaces").EnumerateArray().Single(space => space.GetProperty("active").GetBoolean()).GetProperty("sha256").GetString()!;
    }

    [Fact]
    public async Task Pictures_that_were_away_while_the_model_was_changed_are_searched_again_when_they_are_back()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(8, 64, 48);
        await bench.IndexAsync();
        File.Move(files[1], bench["known-to-be-away.jpg"]);
        await bench.IndexAsync();
        File.Move(files[2], bench["away.jpg"]);
        var reindex = await bench.RunAsync("reindex", "--model", "pixels");
        FaultBench.AssertSentence(reindex, 1, files[2]);

        File.Move(bench["known-to-be-away.jpg"], files[1]);
        File.Move(bench["away.jpg"], files[2]);
        await bench.OutputOfAsync("index", bench.Pictures);
        await bench.OutputOfAsync("verify");
        Assert.Equal(files[1], (await bench.SearchAsync(files[1]))[0].Path);
        Assert.Equal(files[2], (await bench.SearchAsync(files[2]))[0].Path);
        Assert.Equal(8, (await bench.SearchAsync(files[2], k: 20)).Length);
    }

    [Fact]
    public async Task Another_model_is_refused_by_name()
    {
        using var bench = new FaultBench();
        bench.WritePictures(4, 64, 48);
        await bench.IndexAsync();
        var result = await bench.RunAsync("index", bench.Pictures, "--model", "pixels");
        FaultBench.AssertSentence(result, FaultBench.Refused, "'hsv', not 'pixels'");
        Assert.Contains("semblance reindex --model pixels", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("manifest cut")]
    public async Task A_damaged_model_is_one_sentence(string damage)
    {
        using var bench = new FaultBench();
        bench.WritePictures(4, 64, 48);
        var model = TinyNetwork.Write(Path.Combine(bench.Home, "models", "tiny"), 0.1f);
        await bench.OutputOfAsync("index", bench.Pictures, "--model", "tiny");
        var network = Path.Combine(model, "model.onnx");
        var bytes = File.ReadAllBytes(network);
        switch (damage)
        {
            case "flipped":
                bytes[bytes.Length / 2] ^= 0x55;
                File.WriteAllBytes(network, bytes);
                break;
            case "cut":
                File.WriteAllBytes(network, bytes[..(bytes.Length / 2)]);
                break;
            case "gone":
                File.Delete(network);
                break;
            default:
                File.WriteAllText(Path.Combine(model, "manifest.json"), "{ \"id\": \"ti");
                break;
        }
        File.WriteAllBytes(bench["query.jpg"], FaultBench.PictureOf(777));
        foreach (var args in (string[][])[["search", bench["query.jpg"]], ["index", bench.Pictures, "--gallery", bench["new"], "--model", "tiny"]])
        {
            using var child = ChildProcess.Start(bench.Folder, bench.Environment, args.Contains("--gallery") ? args : [.. args, "--gallery", bench.Gallery]);
            var result = await child.EndAsync();
            FaultBench.AssertSentence(result, 2, damage == "manifest cut" ? "manifest.json" : network);
            Assert.Single(result.Error.Trim().Split('\n'));
        }
    }
}
