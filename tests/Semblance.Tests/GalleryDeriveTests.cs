using Semblance.Index;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

/// <summary>What is derived from the rows follows the collection as it grows: projection, index, score scale.</summary>
public sealed class GalleryDeriveTests
{
    private static Gallery Open(SmallGallery small) =>
        Gallery.Open(small.Folder, new GalleryOptions { Model = "hsv", Threads = 2, PostProcessing = new PostProcessing(PostProcessingKind.Whiten, 32, 5) });

    private static void Add(SmallGallery small, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            small.Write($"c{i % 7}/p{i}.png", PictureBytes.Png(TestPictures.Scene(24, 20, i % 7, i)));
    }

    [Fact]
    public async Task The_projection_is_the_identity_then_fitted_then_refitted_when_the_collection_has_doubled()
    {
        using var small = new SmallGallery();
        using var gallery = Open(small);
        Add(small, 0, 290);
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal((0, 512), (gallery.Space!.ProjectionVersion, gallery.ProjectedVectors().Vectors.Columns));

        Add(small, 290, 20);
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal((1, 310L), (gallery.Space!.ProjectionVersion, gallery.Space.FittedCount));
        Assert.Equal(32, gallery.ProjectedVectors().Vectors.Columns);

        Add(small, 310, 200);
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal(1, gallery.Space!.ProjectionVersion);

        using var reader = Open(small);
        Assert.Equal(510, (await reader.SearchAsync(Query.FromId(1) with { MinScore = -1 }, 1000)).Count + 1);
        Add(small, 510, 130);
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal((2, 640L), (gallery.Space!.ProjectionVersion, gallery.Space.FittedCount));

        // Another process that was open meanwhile moves to the new projection by itself.
        Assert.Equal(639, (await reader.SearchAsync(Query.FromId(1), 1000)).Count);
        Assert.Single(Directory.GetFiles(Path.Combine(small.Folder, "spaces"), "*.index", SearchOption.AllDirectories));
        Assert.True(gallery.Verify().Ok);
    }

    [Fact]
    public async Task The_same_pictures_and_seed_give_the_same_vectors_to_the_bit()
    {
        using var small = new SmallGallery();
        Add(small, 0, 320);
        var runs = new List<float[]>();
        for (var run = 0; run < 2; run++)
        {
            using var gallery = Gallery.Open(small["run" + run], new GalleryOptions { Model = "hsv", Threads = 1 + run, PostProcessing = new PostProcessing(PostProcessingKind.Whiten, 32, 5) });
            await gallery.IngestAsync(small.Pictures);
            runs.Add(gallery.ProjectedVectors().Vectors.Span.ToArray());
        }
        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public async Task Status_counts_what_is_there()
    {
        using var small = new SmallGallery().Fill();
        small.Write("broken.png", [1, 2, 3]);
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        gallery.Store.AddTags([1, 2], ["a", "b"]);
        File.Delete(Path.Combine(small.Pictures, "c0", "p0.jpg"));
        await gallery.IngestAsync(small.Pictures);
        GalleryStatus status = gallery.Status();
        Assert.Equal((11, 1, 1, 2), (status.Pictures, status.Missing, status.Failures, status.Tags));
        Assert.Equal([small.Pictures], status.Roots);
        Assert.Equal((SpaceKind.Float, Modality.Picture, Metric.Cosine, 512), (status.Spaces[0].Kind, status.Spaces[0].Modality, status.Spaces[0].Metric, status.Spaces[0].Dimension));
        Assert.True(status.DiskBytes > 10_000);
    }
}
