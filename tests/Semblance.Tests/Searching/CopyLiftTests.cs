using Semblance.Imaging;
using Semblance.Searching;
using Semblance.Storage;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests.Searching;

/// <summary>Copies that the vectors miss are found by their hashes, and say so; pictures without content are not copies of each other.</summary>
public sealed class CopyLiftTests : IDisposable
{
    private const int Originals = 12;

    private readonly SmallGallery _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public async Task A_small_grey_copy_has_its_original_first_by_id_by_path_and_as_a_new_file()
    {
        using var gallery = await OpenAsync();
        var copy = (await gallery.SearchAsync(Query.From(Path.Combine(_small.Pictures, "copy.jpg")), 1))[0].Id;
        // To the colour histogram a grey picture has nothing of a coloured one.
        var stranger = _small["elsewhere", "small.jpg"];
        Directory.CreateDirectory(Path.GetDirectoryName(stranger)!);
        File.WriteAllBytes(stranger, PictureBytes.Jpeg(Grey(Waves(5).Resize(60, 45))));

        foreach (var (query, original) in new[] { (Query.FromId(copy), "3.png"), (Query.From(stranger), "5.png") })
        {
            var answer = await gallery.ExplainAsync(query, 5);
            var first = answer.Hits[0];
            Assert.Equal(original, Path.GetFileName(first.Path));
            Assert.NotNull(first.HashBits);
            Assert.Equal((ScoreWord.NearDuplicate, 1 - first.Score), (first.Word, first.Distance));
            Assert.Equal(1, answer.Explanation.Raised);
            Assert.All(answer.Hits.Skip(1), hit => Assert.Null(hit.HashBits));
            Assert.Equal(answer.Hits.Select(hit => hit.Score).OrderDescending(), answer.Hits.Select(hit => hit.Score));
            Assert.Equal([1, 2, 3, 4, 5], answer.Hits.Select(hit => hit.Rank));
        }
    }

    [Fact]
    public async Task Limits_and_filters_hold_for_raised_hits_and_a_query_of_two_pictures_raises_none()
    {
        using var gallery = await OpenAsync();
        var copy = (await gallery.SearchAsync(Query.From(Path.Combine(_small.Pictures, "copy.jpg")), 1))[0].Id;

        Assert.Equal("3.png", Path.GetFileName(Assert.Single(await gallery.SearchAsync(Query.FromId(copy) with { MinScore = 0.9f }, 5)).Path));
        Assert.DoesNotContain(await gallery.SearchAsync(Query.FromId(copy) with { Where = "-format:png" }, 5), hit => hit.HashBits is not null);
        Assert.All(await gallery.SearchAsync(Query.FromId(copy).And(new ItemInput(1)), 5), hit => Assert.Null(hit.HashBits));
    }

    [Fact]
    public void Hashes_without_content_raise_nothing()
    {
        var flat = PerceptualHashesOf((_, _) => 90);
        var shade = PerceptualHashesOf((x, _) => x);
        foreach (var plain in new[] { flat, shade })
        {
            Assert.False(plain.AreTelling);
            Assert.Null(CopyLift.Of(With(plain), One(plain), s_context));
        }

        var telling = HashesOf(Waves(1));
        Assert.True(telling is { AreTelling: true, AreFull: true });
        var scores = new[] { 0, 4, 8, 9 }.Select(bits => CopyLift.Of(With(telling with { PHash = telling.PHash ^ ((1UL << bits) - 1) }), One(telling), s_context)?.Score).ToArray();
        Assert.True(scores[0] > scores[1] && scores[1] > scores[2] && scores[2] >= 0.97f && scores[0] < 1);
        Assert.Null(scores[3]);
    }

    /// <summary>A drawing's hashes hold little, and so do those of the same drawing elsewhere on the sheet.</summary>
    [Fact]
    public async Task A_drawing_is_raised_for_its_copy_and_not_for_another_drawing()
    {
        const string Boat = "<path d=\"M-20 10H20L13 20H-13Z\" fill=\"#234\"/><path d=\"M2-18L18 8H2Z\" fill=\"#fff\"/>";
        string Sheet(int x, string drawing) => $"<rect width=\"100\" height=\"80\" fill=\"#9cf\"/><rect y=\"50\" width=\"100\" height=\"30\" fill=\"#39c\"/><g transform=\"translate({x},35)\">{drawing}</g>";
        for (var i = 0; i < 6; i++)
            _small.Write($"{i}.svg", PictureBytes.Svg(Sheet(30 + (8 * i), Boat)));
        var drawn = PictureDecoder.Shared.Decode(PictureBytes.Svg(Sheet(46, Boat)), DecodeOptions.Default).Picture!;
        _small.Write("copy.jpg", PictureBytes.Jpeg(Grey(drawn), 60));
        using var gallery = _small.Open();
        await gallery.IngestAsync(_small.Pictures);

        var hits = await gallery.SearchAsync(Query.From(Path.Combine(_small.Pictures, "copy.jpg")), 7);
        Assert.Equal(["2.svg"], hits.Where(hit => hit.HashBits is not null).Select(hit => Path.GetFileName(hit.Path)));
    }

    private static readonly RankContext s_context = new(new Query(), true, ScoreScale.Unfitted, (_, _) => new Dictionary<long, float>());

    private static Candidate With(PictureHashes hashes) => new(1, 0.5f, new ItemMark(false, hashes.PHash, hashes.DHash));

    private static QueryPicture One(PictureHashes hashes) => new(hashes, new Lazy<PixelGrid?>(() => null));

    private async Task<Gallery> OpenAsync()
    {
        for (var i = 0; i < Originals; i++)
            _small.Write($"{i}.png", PictureBytes.Png(Waves(i)));
        _small.Write("copy.jpg", PictureBytes.Jpeg(Grey(Waves(3).Resize(60, 45))));
        var gallery = _small.Open();
        await gallery.IngestAsync(_small.Pictures);
        return gallery;
    }

    private static PictureHashes HashesOf(Picture picture) => new(Features.PerceptualHash.PHash(picture), Features.PerceptualHash.DHash(picture));

    private static PictureHashes PerceptualHashesOf(Func<int, int, int> level) => HashesOf(Draw(240, 180, (x, y, _) => level(x, y)));

    /// <summary>Coloured waves, as different in shape as photos are.</summary>
    private static Picture Waves(int seed)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, 18).Select(_ => (X: (random.NextDouble() - 0.5) * 0.16, Y: (random.NextDouble() - 0.5) * 0.16, Phase: random.NextDouble() * 6)).ToArray();
        return Draw(240, 180, (x, y, channel) => (int)(127 + (20 * Enumerable.Range(6 * channel, 6).Sum(i => Math.Sin((waves[i].X * x) + (waves[i].Y * y) + waves[i].Phase)))));
    }

    private static Picture Grey(Picture picture) => Draw(picture.Width, picture.Height, (x, y, _) =>
    {
        var at = ((y * picture.Width) + x) * 3;
        return ((299 * picture.Pixels[at]) + (587 * picture.Pixels[at + 1]) + (114 * picture.Pixels[at + 2])) / 1000;
    });

    private static Picture Draw(int width, int height, Func<int, int, int, int> level)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(level(i / 3 % width, i / 3 / width, i % 3), 0, 255);
        return new Picture(width, height, pixels, new PictureFacts("png", width, height));
    }
}
