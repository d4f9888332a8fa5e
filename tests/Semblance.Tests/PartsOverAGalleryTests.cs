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
