using Semblance.Evaluation;
using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

/// <summary>The parts over the facade, on one small gallery from ingest to answer.</summary>
public sealed class PartsOverAGalleryTests
{
    [Fact]
    public async Task Duplicates_tags_and_evaluation_work_on_what_was_ingested()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 3; i++)
        {
            Save(folder["pictures", "warm", $"{i}.png"], x => (byte)(200 + (i * 10)), y => (byte)(y / 4));
            Save(folder["pictures", "cool", $"{i}.png"], x => (byte)(x / 4), y => (byte)(200 + (i * 10)));
        }
        File.Copy(folder["pictures", "warm", "0.png"], folder["pictures", "warm", "copy of 0.png"]);
        using var gallery = Gallery.Open(folder["gallery"], new GalleryOptions { Model = "pixels" });
        var ingested = await gallery.IngestAsync(folder["pictures"]);
        Assert.Equal((7, 0), (ingested.Added, ingested.Failed));

        var group = Assert.Single(new DuplicateFinder(gallery).Find(DuplicateMethod.Exact));
        Assert.Equal("0.png", Path.GetFileName(group.Keep.Path));
        Assert.NotEmpty(new DuplicateFinder(gallery).Find(DuplicateMethod.Embedding));

        foreach (var item in gallery.Store.Items().Where(item => Path.GetFileName(item.Path) == "1.png"))
            gallery.Store.AddTags([item.Id], [item.Label]);
        var suggestions = new TagSuggester(gallery).Suggest();
        Assert.Equal(5, suggestions.Count);
        Assert.All(suggestions, suggestion => Assert.Equal(suggestion.Item.Label, suggestion.Tags[0].Tag));

        var report = new GalleryEvaluation(gallery).Run(new GalleryEvaluationOptions { Evaluation = new EvaluationOptions { BootstrapSamples = 0 } }).Report;
        Assert.Equal((7, 1.0), (report.Queries, report.Metrics["cmc@1"].Value));
    }

    /// <summary>White on transparent ground: each alone keeps its shape, whatever the space sees.</summary>
    [Theory]
    [InlineData("resnet18")]
    [InlineData("hsv")]
    [InlineData("pixels")]
    public async Task White_logos_on_transparent_ground_are_no_copies_of_each_other(string model)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["logos"]);
        string[] shapes =
        [
            "<circle cx=\"50\" cy=\"40\" r=\"25\"/>",
            "<rect x=\"5\" y=\"30\" width=\"90\" height=\"20\"/>",
            "<path d=\"M40 10H60V30H80V50H60V70H40V50H20V30H40Z\"/>",
            "<rect x=\"27\" y=\"17\" width=\"46\" height=\"46\"/>",
            "<path d=\"M50 10L85 70H15Z\"/>",
            "<path d=\"M50 8L85 72H70L63 58H37L30 72H15Z\"/>",
        ];
        for (var i = 0; i < shapes.Length; i++)
            File.WriteAllBytes(folder["logos", $"{i}.svg"], PictureBytes.Svg($"<g fill=\"#fff\">{shapes[i]}</g>"));
        using var gallery = Gallery.Open(folder["gallery"], new GalleryOptions { Model = model });
        Assert.Equal(shapes.Length, (await gallery.IngestAsync(folder["logos"])).Added);
        foreach (var method in Enum.GetValues<DuplicateMethod>())
            Assert.Empty(new DuplicateFinder(gallery).Find(method));

        // A picture saved again is one still.
        var drawn = PictureDecoder.Shared.DecodeFile(folder["logos", "2.svg"]).Picture!;
        File.WriteAllBytes(folder["logos", "again.jpg"], PictureBytes.Jpeg(drawn, 85));
        await gallery.IngestAsync(folder["logos"]);
        var group = Assert.Single(new DuplicateFinder(gallery).Find(DuplicateMethod.Embedding));
        Assert.Equal(["2.svg", "again.jpg"], group.Others.Select(other => other.Item).Append(group.Keep).Select(item => Path.GetFileName(item.Path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_drawing_in_another_colour_is_another_and_a_grey_copy_is_a_copy()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["drawings"]);
        Picture Drawn(string colour) => PictureDecoder.Shared.Decode(PictureBytes.Svg($"<rect width=\"100\" height=\"80\" fill=\"#fff\"/><circle cx=\"50\" cy=\"40\" r=\"25\" fill=\"{colour}\"/>"), DecodeOptions.Default).Picture!;
        File.WriteAllBytes(folder["drawings", "navy.png"], PictureBytes.Png(Drawn("navy")));
        File.WriteAllBytes(folder["drawings", "red.png"], PictureBytes.Png(Drawn("red")));
        File.WriteAllBytes(folder["drawings", "white.png"], PictureBytes.Png(Drawn("white")));
        using var gallery = Gallery.Open(folder["gallery"], new GalleryOptions { Model = "pixels" });
        await gallery.IngestAsync(folder["drawings"]);
        Assert.Empty(new DuplicateFinder(gallery).Find(DuplicateMethod.Near));

        File.WriteAllBytes(folder["drawings", "grey.png"], PictureBytes.GreyPng(Drawn("red")));
        await gallery.IngestAsync(folder["drawings"]);
        var group = Assert.Single(new DuplicateFinder(gallery).Find(DuplicateMethod.Near));
        Assert.Contains("grey.png", group.Others.Select(other => other.Item).Append(group.Keep).Select(item => Path.GetFileName(item.Path)));
    }

    /// <summary>Half of all pictures are copies: they must not raise the threshold that is to find them.</summary>
    [Fact]
    public async Task Copies_are_found_in_a_folder_full_of_copies()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["pictures"]);
        for (var i = 0; i < 15; i++)
        {
            var picture = TestPictures.Natural(120, 90, seed: i);
            File.WriteAllBytes(folder["pictures", $"{i:00}.png"], PictureBytes.Png(picture));
            File.WriteAllBytes(folder["pictures", $"{i:00}-again.png"], PictureBytes.Png(picture));
        }
        using var gallery = Gallery.Open(folder["gallery"], new GalleryOptions { Model = "pixels" });
        await gallery.IngestAsync(folder["pictures"]);
        Assert.True(gallery.Scale.Fitted);
        Assert.Equal(15, new DuplicateFinder(gallery).Find(DuplicateMethod.Embedding).Count);
        Assert.Equal(15, new DuplicateFinder(gallery).Find(DuplicateMethod.Embedding, new DuplicateOptions { MinScore = 1 }).Count);
    }

    private static void Save(string path, Func<int, byte> red, Func<int, byte> blue)
    {
        const int Side = 64;
        var pixels = new byte[Side * Side * 3];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                pixels[((y * Side) + x) * 3] = red(x);
                pixels[(((y * Side) + x) * 3) + 2] = blue(y);
            }
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PictureEncoder.Encode(new Picture(Side, Side, pixels, new PictureFacts("png", Side, Side)), PictureFormat.Png));
    }
}
