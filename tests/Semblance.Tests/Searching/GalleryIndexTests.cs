using Semblance.Index;
using Xunit;

namespace Semblance.Tests.Searching;

/// <summary>The index of a gallery: chosen by size, kept as set, built beside the one in use, and never in the way.</summary>
public sealed class GalleryIndexTests
{
    private const int Many = VectorIndexes.ExactUpTo + 5_000;

    private static Query Like(float[] vector, float? targetRecall = null) => new() { Inputs = [new VectorInput(vector)], TargetRecall = targetRecall };

    [Fact]
    public async Task The_kind_that_was_set_stays_with_the_gallery_and_is_built_by_the_next_run()
    {
        using var small = new SmallGallery().Fill();
        using (var gallery = small.Open())
        {
            Assert.Equal((Gallery.AutomaticIndex, 0.98f), (gallery.IndexKind, gallery.TargetRecall));
            await gallery.IngestAsync(small.Pictures);
            Assert.Equal("exact", gallery.Status().Index!.Kind);
            gallery.IndexKind = "ivf-pq4";
            gallery.TargetRecall = 0.9f;
            Assert.Throws<ArgumentException>(() => gallery.IndexKind = "no such kind");
            Assert.Throws<ArgumentOutOfRangeException>(() => gallery.TargetRecall = 0);
        }
        using (var gallery = small.Open())
        {
            Assert.Equal(("ivf-pq4", 0.9f), (gallery.IndexKind, gallery.TargetRecall));
            Assert.Equal("exact", (await gallery.ExplainAsync(Query.FromId(1), 3)).Explanation.Index);
            await gallery.IngestAsync(small.Pictures);
            Assert.Equal("ivf-pq4", (await gallery.ExplainAsync(Query.FromId(1), 3)).Explanation.Index);
            Assert.Equal(("ivf-pq4", "ivf-pq4", 12L, true), (gallery.Status().Index!.Kind, gallery.Status().Index!.Setting, gallery.Status().Index!.Pictures, gallery.Status().Index!.Current));
            Assert.Equal("ivf-pq4-0.index", Path.GetFileName(Assert.Single(Directory.GetFiles(small.Folder, "*.index", SearchOption.AllDirectories))));
            gallery.IndexKind = Gallery.AutomaticIndex;
            await gallery.IngestAsync(small.Pictures);
            Assert.Equal("exact-0.index", Path.GetFileName(Assert.Single(Directory.GetFiles(small.Folder, "*.index", SearchOption.AllDirectories))));
            Assert.True(gallery.Verify().Ok);
        }
    }

    [Fact]
    public async Task A_large_collection_gets_an_approximate_index_in_the_background_which_follows_changes()
    {
        using var rows = new RowGallery();
        using (var gallery = rows.Open(upkeep: true))
        {
            rows.Add(gallery, 0, Many);
            var first = await gallery.ExplainAsync(Like(rows.Vector(3)), 10);
            Assert.Equal((10, 1f), (first.Hits.Count, first.Explanation.RecallEstimate));
            await gallery.UpkeepSettled;
            Assert.Equal([VectorIndexes.Choose(Many) + "-0.index"], rows.IndexFiles);
            var how = (await gallery.ExplainAsync(Like(rows.Vector(3)), 10)).Explanation;
            Assert.Equal((VectorIndexes.Choose(Many), false), (how.Index, how.Scanned));
            Assert.True(how.Effort > 0 && how.Visited is > 0 and < Many / 2 && how.Rescored >= 10 && how.RecallEstimate >= 0.98f, how.ToString());
            Assert.True(await rows.RecallAsync(gallery) >= 0.95);
            var exact = (await gallery.ExplainAsync(Like(rows.Vector(3), targetRecall: 1), 10)).Explanation;
            Assert.Equal((true, (int?)null, 1f), (exact.Scanned, exact.Effort, exact.RecallEstimate));
            Assert.Equal(1, await rows.RecallAsync(gallery, targetRecall: 1));

            RowGallery.Remove(gallery, [.. Enumerable.Range(1, 500).Select(i => (long)i * 3)]);
            rows.Add(gallery, Many, 500);
            Assert.True(await rows.RecallAsync(gallery) >= 0.95);
            Assert.Equal(1, await rows.RecallAsync(gallery, targetRecall: 1));
            Assert.True(gallery.Verify().Ok);
            var status = gallery.Status().Index!;
            Assert.Equal((VectorIndexes.Choose(Many), Gallery.AutomaticIndex, (long)Many, false), (status.Kind, status.Setting, status.Pictures, status.Current));
            Assert.True(status.Picked!.Value.Recall >= 0.98f && status.Bytes > Many * RowGallery.Dimension * sizeof(float));
        }
        // Another process, which does not live long, uses the file and builds nothing.
        using (var gallery = rows.Open())
        {
            Assert.True(await rows.RecallAsync(gallery) >= 0.95);
            Assert.Equal(1, await rows.RecallAsync(gallery, targetRecall: 1));
            Assert.Equal([VectorIndexes.Choose(Many) + "-0.index"], rows.IndexFiles);
        }
    }

    [Fact]
    public async Task A_damaged_file_is_found_in_the_background_and_built_again()
    {
        using var rows = new RowGallery();
        using (var gallery = rows.Open(upkeep: true))
        {
            gallery.IndexKind = "ivf-pq4";
            rows.Add(gallery, 0, 3000);
            await gallery.SearchAsync(Like(rows.Vector(0)));
            await gallery.UpkeepSettled;
        }
        var file = Assert.Single(Directory.GetFiles(rows.Folder, "*.index", SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 4;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
        var told = new RecordingLog();
        using (var gallery = rows.Open(upkeep: true, log: told))
        {
            Assert.Equal(10, (await gallery.SearchAsync(Like(rows.Vector(0)))).Count);
            await gallery.UpkeepSettled;
            Assert.Contains("is damaged", Assert.Single(told.Entries, entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning).Text, StringComparison.Ordinal);
            Assert.Equal("ivf-pq4", (await gallery.ExplainAsync(Like(rows.Vector(0)))).Explanation.Index);
            Assert.True(gallery.Verify().Ok);
        }
        Assert.NotEqual(bytes, File.ReadAllBytes(file));
        using var again = VectorIndexes.Open(file);
        Assert.True(again.Verify().Ok);
    }

    [Fact]
    public async Task Searches_beside_a_build_see_every_row_and_disposing_ends_it()
    {
        using var rows = new RowGallery();
        using var gallery = rows.Open(upkeep: true);
        gallery.IndexKind = "hnsw";
        rows.Add(gallery, 0, 6000);
        var next = 6000;
        await gallery.SearchAsync(Like(rows.Vector(0)));
        var settled = gallery.UpkeepSettled;
        var rounds = 0;
        // Each row is looked for as soon as it is committed, before, while and after the new index takes over.
        while (!settled.IsCompleted || rounds < 20)
        {
            rows.Add(gallery, next, 5);
            RowGallery.Remove(gallery, [rounds + 1]);
            for (var i = 0; i < 5; i++)
                Assert.Equal($"{next + i}.jpg", Path.GetFileName(Assert.Single(await gallery.SearchAsync(Like(rows.Vector(next + i), targetRecall: 1), 1)).Path));
            Assert.DoesNotContain(await gallery.SearchAsync(Like(rows.Vector(rounds), targetRecall: 1), 5), hit => hit.Id == rounds + 1);
            next += 5;
            rounds++;
        }
        Assert.Equal("hnsw", (await gallery.ExplainAsync(Like(rows.Vector(9)))).Explanation.Index);
        Assert.True(gallery.Verify().Ok);

        gallery.IndexKind = "ivf-pq4";
        rows.Add(gallery, next, 1);
        await gallery.SearchAsync(Like(rows.Vector(0)));
        // Wherever the build is: what there is stays whole.
        gallery.Dispose();
        using var reopened = rows.Open();
        Assert.Equal(1, await rows.RecallAsync(reopened, targetRecall: 1));
    }
}
