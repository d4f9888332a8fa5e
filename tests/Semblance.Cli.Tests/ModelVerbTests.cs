using System.Text.Json;
using Google.Protobuf;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Networks.Onnx;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class ModelVerbTests : IDisposable
{
    private readonly CommandLine _command = new();

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Photographs_tell_how_a_network_is_fed_and_the_measurement_is_kept()
    {
        WritePixelNorm("net.onnx");
        WritePhotographs("photographs", 8);

        var added = await _command.RunAsync("models", "add", "net.onnx", "--pictures", "photographs");

        Assert.Equal(0, added.Code);
        Assert.Contains("the feeding 'levels'", added.Error);
        var shown = JsonDocument.Parse(await _command.OutputOfAsync("models", "show", "net", "--format", "json")).RootElement;
        Assert.Equal(("rgb", 1.0), (shown.GetProperty("input").GetProperty("channels").GetString(), shown.GetProperty("input").GetProperty("scale").GetDouble()));
        Assert.Equal(("levels", 8), (shown.GetProperty("feeding").GetProperty("name").GetString(), shown.GetProperty("feeding").GetProperty("pictures").GetInt32()));
        var table = await _command.OutputOfAsync("models", "show", "net", "--format", "table");
        Assert.DoesNotContain("\\n", table);
        Assert.Contains("input mean", table);
        Assert.Contains("feeding tried", table);
    }

    [Fact]
    public async Task The_gallery_s_pictures_serve_where_none_are_named()
    {
        WritePixelNorm("net.onnx");
        WritePhotographs("photographs", 8);
        await _command.OutputOfAsync("index", "photographs", "--model", "hsv");
        Assert.Contains("8 photographs of the gallery", (await _command.RunAsync("models", "add", "net.onnx")).Error);
    }

    [Fact]
    public async Task Without_photographs_it_asks_or_names_the_flags()
    {
        WritePixelNorm("net.onnx");
        Directory.CreateDirectory(_command["drawn"]);
        for (var i = 0; i < 5; i++)
            File.WriteAllBytes(_command["drawn", $"{i}.png"], PictureEncoder.Encode(TestPictures.Solid(64, 64, (byte)(40 * i), 200, 30), PictureFormat.Png));

        var alone = await _command.RunAsync("models", "add", "net.onnx");
        Assert.Equal(2, alone.Code);
        Assert.Contains("--pictures DIR", alone.Error);
        Assert.Contains("--feeding NAME", alone.Error);
        var drawn = await _command.RunAsync("models", "add", "net.onnx", "--pictures", "drawn");
        Assert.Equal(2, drawn.Code);
        Assert.Contains("5 of its pictures are drawn", drawn.Error);
        Assert.DoesNotContain("\nnet,", await _command.OutputOfAsync("models", "--format", "csv"), StringComparison.Ordinal);

        _command.Answers = "what\nsigned\n";
        var asked = await _command.RunAsync("models", "add", "net.onnx");
        Assert.Equal(0, asked.Code);
        Assert.Contains("no 'what'", asked.Error);
        Assert.Contains("\"mean\": [\n      0.5", await _command.OutputOfAsync("models", "show", "net", "--format", "json"));
    }

    [Fact]
    public async Task What_the_user_says_is_taken()
    {
        WritePixelNorm("net.onnx");
        await _command.OutputOfAsync("models", "add", "net.onnx", "--feeding", "caffe", "--resize", "crop");
        var input = JsonDocument.Parse(await _command.OutputOfAsync("models", "show", "net", "--format", "json")).RootElement.GetProperty("input");
        Assert.Equal(("bgr", "crop", 103.939), (input.GetProperty("channels").GetString(), input.GetProperty("resize").GetString(), input.GetProperty("mean")[0].GetDouble()));
        Assert.Equal(2, (await _command.RunAsync("models", "add", "net.onnx", "--id", "b", "--feeding", "sideways")).Code);
        Assert.Equal(2, (await _command.RunAsync("models", "add", Path.Combine(_command.Home, "models", "net"), "--id", "b", "--feeding", "caffe")).Code);
    }

    [Fact]
    public async Task Another_resize_rule_is_another_model()
    {
        WritePixelNorm("net.onnx");
        await _command.OutputOfAsync("models", "add", "net.onnx", "--feeding", "unit");
        var manifest = ModelManifest.Load(Path.Combine(_command.Home, "models", "net"));
        foreach (var (folder, rule) in new[] { ("a", ResizeRule.Stretch), ("b", ResizeRule.Crop) })
        {
            Directory.CreateDirectory(_command[folder]);
            File.Copy(_command["net.onnx"], _command[folder, "model.onnx"]);
            (manifest with { Id = "mine", Input = manifest.Input! with { Resize = rule } }).Save(_command[folder]);
        }
        await _command.OutputOfAsync("models", "rm", "net", "--yes");
        WritePhotographs("photographs", 3);

        await _command.OutputOfAsync("index", "photographs", "--model", "a", "--gallery", "of-a");
        var other = await _command.RunAsync("index", "photographs", "--model", "b", "--gallery", "of-a");
        var again = await _command.RunAsync("index", "photographs", "--model", "a", "--gallery", "of-a");

        Assert.Equal(3, other.Code);
        Assert.Contains("as 'mine-2'", other.Error);
        Assert.Equal(0, again.Code);
        Assert.Contains("mine-2", await _command.OutputOfAsync("models", "--format", "csv"));
        await _command.OutputOfAsync("index", "photographs", "--model", "b", "--gallery", "of-b");
    }

    // A norm on the pixels, of natural colours in levels.
    private void WritePixelNorm(string name)
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("image", "n", 3, 64, 64);
        string[] norm = [.. ((float[][])[[1, 1, 1], [0, 0, 0], [124f, 116, 104], [62 * 62f, 60 * 60, 72 * 72]]).Select(values => builder.Floats(values, 3))];
        builder.Output(builder.Node("Flatten", [builder.Node("GlobalAveragePool", [builder.Node("BatchNormalization", ["image", .. norm])])]), "vector", "n", 3);
        File.WriteAllBytes(_command[name], builder.Model().ToByteArray());
    }

    private void WritePhotographs(string folder, int count)
    {
        Directory.CreateDirectory(_command[folder]);
        for (var i = 0; i < count; i++)
            File.WriteAllBytes(_command[folder, $"{i}.jpg"], PictureEncoder.Encode(TestPictures.Natural(96, 96, 1000 + i), PictureFormat.Jpeg));
    }
}
