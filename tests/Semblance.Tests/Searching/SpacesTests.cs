using Semblance.Features;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests.Searching;

/// <summary>Galleries of several spaces, of several views, and of spaces that are made from others.</summary>
public sealed class SpacesTests
{
    [Fact]
    public async Task A_space_is_added_beside_the_first_and_both_are_fed_from_one_pass_and_searched_by_name()
    {
        using var small = new SmallGallery().Fill(4, 5);
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        var report = await gallery.AddSpaceAsync("pixels");
        Assert.Equal((20, 0), (report.Added, report.Failed));
        Assert.Equal(["hsv", "pixels"], gallery.Spaces.Select(space => space.Name));
        Assert.Equal("hsv", gallery.Space!.Name);

        var added = small.Write("c9/new.jpg", TestPictures.Scene(48, 40, 1, 99));
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures)).Added);
        var status = gallery.Status();
        Assert.All(status.BySpace.Values, space => Assert.Equal((21, 21), ((int)space.Pictures, (int)space.Index!.Pictures)));
        Assert.True(gallery.Verify().Ok);

        // Each space answers as a gallery that has it alone.
        foreach (var model in new[] { "hsv", "pixels" })
        {
            using var alone = Gallery.Open(small["alone-" + model], new GalleryOptions { Model = model, Threads = 1 });
            await alone.IngestAsync(small.Pictures);
            var expected = await alone.SearchAsync(Query.From(added), 8);
            var hits = await gallery.SearchAsync(Query.From(added) with { Spaces = [new QuerySpace(model)] }, 8);
            Assert.Equal(expected.Select(hit => hit.Path), hits.Select(hit => hit.Path));
            Assert.All(expected.Zip(hits), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 0.01f));
        }
        Assert.Contains("pixels", (await Assert.ThrowsAsync<GalleryException>(() => gallery.SearchAsync(Query.FromId(1) with { Spaces = [new QuerySpace("none")] }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fused_spaces_rank_by_the_weighted_mean_of_scores_on_one_scale()
    {
        using var small = new SmallGallery().Fill(4, 5);
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        await gallery.AddSpaceAsync("pixels");
        var both = (await gallery.ExplainAsync(Query.FromId(3) with { Spaces = [new QuerySpace("hsv", 3), new QuerySpace("pixels", 1)] }, 10)) is var answer ? answer.Hits : [];
        var hsv = (await gallery.SearchAsync(Query.FromId(3) with { Spaces = [new QuerySpace("hsv")] }, 100)).ToDictionary(hit => hit.Id);
        var pixels = (await gallery.SearchAsync(Query.FromId(3) with { Spaces = [new QuerySpace("pixels")] }, 100)).ToDictionary(hit => hit.Id);
        var state = gallery.Store.LoadState();
        float Common(string name, float score) => Semblance.Searching.CommonScale.Of(state.ScaleOf(state.Spaces.Single(space => space.Name == name)), score);
        foreach (var hit in both.Where(hit => hit.HashBits is null))
        {
            // Raised copies have their hashes' scores in the single spaces, too.
            if (hsv[hit.Id].HashBits is null && pixels[hit.Id].HashBits is null)
                Assert.Equal(((3 * Common("hsv", hsv[hit.Id].Score)) + Common("pixels", pixels[hit.Id].Score)) / 4, hit.Score, 1e-4f);
        }
        Assert.Equal(both.OrderByDescending(hit => hit.Score).Select(hit => hit.Id), both.Select(hit => hit.Id));
        Assert.Equal(["hsv", "pixels", "fusion"], answer.Explanation.Stages.Select(stage => stage.Name).Take(3));
    }

    [Fact]
    public void A_score_that_just_earns_a_word_in_its_space_earns_it_on_the_common_scale()
    {
        var scale = new ScoreScale
        {
            Fitted = true,
            Words = [new(ScoreWord.NearDuplicate, 0.7f, null, null, null), new(ScoreWord.VerySimilar, 0.5f, null, null, null), new(ScoreWord.Similar, 0.5f, null, null, null), new(ScoreWord.Weak, 0.1f, null, null, null)],
        };
        foreach (var word in scale.Words.Where(word => word.Word != ScoreWord.Similar))
        {
            Assert.Equal(word.Word, ScoreScale.Unfitted.WordOf(Semblance.Searching.CommonScale.Of(scale, word.MinScore)));
            Assert.True(ScoreScale.Unfitted.WordOf(Semblance.Searching.CommonScale.Of(scale, word.MinScore - 0.001f)) < word.Word);
        }
        var last = float.NegativeInfinity;
        for (var score = -1f; score <= 1; score += 0.01f)
        {
            var common = Semblance.Searching.CommonScale.Of(scale, score);
            Assert.InRange(common, last, 1);
            last = common;
        }
        Assert.Equal(1, Semblance.Searching.CommonScale.Of(scale, 1), 1e-6f);
    }

    [Fact]
    public async Task A_space_of_codes_is_made_from_stored_vectors_though_the_pictures_are_gone_and_follows_its_base()
    {
        using var small = new SmallGallery().Fill(6, 20);
        using var gallery = small.Open("pixels");
        await gallery.IngestAsync(small.Pictures);
        var kept = new Dictionary<string, byte[]>();
        foreach (var file in Directory.GetFiles(small.Pictures, "*.jpg", SearchOption.AllDirectories))
        {
            kept[file] = File.ReadAllBytes(file);
            File.WriteAllText(file, "no picture any more");
        }
        var codes = gallery.AddHeadSpace("itq", 64);
        Assert.Equal((SpaceKind.Bits, Metric.Hamming, 64, "pixels-itq64"), (codes.Kind, codes.Metric, codes.Dimension, codes.Name));
        foreach (var (file, bytes) in kept)
            File.WriteAllBytes(file, bytes);

        var query = Query.FromId(5) with { Spaces = [new QuerySpace(codes.Name)] };
        var hits = await gallery.SearchAsync(query, 10);
        Assert.Equal(10, hits.Count);
        Assert.All(hits.Where(hit => hit.HashBits is null), hit =>
        {
            // A score is the share of bits that agree.
            Assert.Equal(hit.Distance, MathF.Round(hit.Distance), 1e-3f);
            Assert.Equal(1 - (hit.Distance / 64), hit.Score, 1e-5f);
        });
        Assert.True(hits.Count(hit => hit.Item.Label == gallery.Item(5)!.Label) >= 5);

        // Codes first, vectors then: the scores are the vectors', and nearly all of the exact answer is there.
        var exact = (await gallery.SearchAsync(Query.FromId(5), 10)).ToDictionary(hit => hit.Id);
        var reranked = await gallery.ExplainAsync(query with { RerankBy = "pixels" }, 10);
        Assert.All(reranked.Hits.Where(hit => exact.ContainsKey(hit.Id)), hit => Assert.Equal(exact[hit.Id].Score, hit.Score, 1e-4f));
        Assert.True(reranked.Hits.Count(hit => exact.ContainsKey(hit.Id)) >= 9);
        Assert.Contains(reranked.Explanation.Stages, stage => stage.Name == "rerank");

        // New pictures are in it without being asked for.
        small.Write("c1/later.jpg", TestPictures.Scene(48, 40, 1, 4242));
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal(121, gallery.Status().BySpace[codes.Name].Pictures);
        Assert.Contains(await gallery.SearchAsync(Query.From(Path.Combine(small.Pictures, "c1", "later.jpg")) with { Spaces = [new QuerySpace(codes.Name)] }, 3), hit => hit.Path.EndsWith("later.jpg", StringComparison.Ordinal));
        Assert.True(gallery.Verify().Ok, string.Join('\n', gallery.Verify().Problems));

        Assert.Contains("made from", Assert.Throws<GalleryException>(() => gallery.RemoveSpace("pixels")).Message + " made from", StringComparison.Ordinal);
        gallery.RemoveSpace(codes.Name);
        Assert.Equal(["pixels"], gallery.Spaces.Select(space => space.Name));
        Assert.False(Directory.Exists(Path.Combine(gallery.Folder, "spaces", codes.Name)));
    }

    [Fact]
    public async Task An_approximate_index_of_codes_measures_itself_and_is_built_again_when_it_has_outgrown_that()
    {
        const int Few = 2500;
        using var rows = new RowGallery();
        var name = "";
        using (var gallery = rows.Open())
        {
            rows.Add(gallery, 0, Few);
            name = gallery.AddHeadSpace("sign", 64).Name;
            gallery.IndexKind = HnswCodeIndex.KindName;
            gallery.TargetRecall = 0.9f;
        }
        // The curve comes with the file, until there are four times the rows.
        foreach (var (more, measured) in new[] { (0, Few), (Few, Few), (2 * Few, 4 * Few) })
        {
            using var gallery = rows.Open(upkeep: true);
            rows.Add(gallery, (int)gallery.Store.CountItems(), more);
            await EffortOf(gallery);
            await gallery.UpkeepSettled;
            var index = gallery.Status().BySpace[name].Index!;
            Assert.Equal((HnswCodeIndex.KindName, (long)measured), (index.Kind, MeasuredAt()));
            Assert.InRange(index.Picked!.Value.Recall, 0.9f, 1);
            Assert.Equal(index.Picked.Value.Effort, await EffortOf(gallery));
        }

        async Task<int?> EffortOf(Gallery gallery) =>
            (await gallery.ExplainAsync(Query.FromId(5) with { Spaces = [new QuerySpace(name)] }, 10)).Explanation.Effort;

        long MeasuredAt()
        {
            using var index = CodeIndexes.Open(Assert.Single(Directory.GetFiles(rows.Folder, HnswCodeIndex.KindName + "*.index", SearchOption.AllDirectories)));
            return index.RecallCurve!.Rows;
        }
    }

    [Theory]
    [InlineData("../../elsewhere")]
    [InlineData("..")]
    [InlineData("a\\b")]
    public async Task A_name_of_a_space_that_leads_out_of_the_gallery_is_refused(string name)
    {
        using var small = new SmallGallery().Fill(2, 3);
        using (var gallery = small.Open("pixels"))
            await gallery.IngestAsync(small.Pictures);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(small.Folder, "gallery.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE spaces SET name = $name";
            command.Parameters.AddWithValue("$name", name);
            command.ExecuteNonQuery();
        }
        Assert.Equal(GalleryError.Damaged, Assert.Throws<GalleryException>(() => small.Open("pixels").Dispose()).Error);
    }

    [Fact]
    public async Task Codes_go_over_to_other_weights_of_their_model_and_keep_getting_pictures()
    {
        using var small = new SmallGallery().Fill(6, 20);
        using (var gallery = small.Open("pixels"))
        {
            await gallery.IngestAsync(small.Pictures);
            gallery.AddHeadSpace("itq", 64);
        }
        // As if the model's folder held other weights by now.
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(small.Folder, "gallery.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE spaces SET sha256 = '{new string('a', 64)}'";
            command.ExecuteNonQuery();
        }
        using var open = small.Open("pixels");
        var before = open.Spaces.Single(space => space.Base is not null);
        await open.ReindexAsync("pixels");
        var codes = open.Spaces.Single(space => space.Base is not null);
        Assert.Equal((before.Name, open.Space!.Id, open.Space.Sha256, true), (codes.Name, codes.Base!.SpaceId, codes.Sha256, codes.TakesPictures));
        Assert.NotEqual(before.Base!.SpaceId, codes.Base.SpaceId);
        Assert.False(open.Spaces.Single(space => space.Id == before.Base.SpaceId).TakesPictures);
        await LaterPictureIsFoundAsync(small, open, codes.Name);
        Assert.True(open.Verify().Ok, string.Join('\n', open.Verify().Problems));
        Assert.Single(Directory.GetFiles(Path.Combine(small.Folder, "spaces", codes.Name), "*.index"));
    }

    [Fact]
    public async Task A_space_that_codes_are_made_from_is_fed_on_when_the_gallery_goes_over_to_another_model()
    {
        using var small = new SmallGallery().Fill(6, 20);
        var log = new RecordingLog();
        using var gallery = Gallery.Open(small.Folder, new GalleryOptions { Model = "pixels", Threads = 2, Log = log });
        await gallery.IngestAsync(small.Pictures);
        var codes = gallery.AddHeadSpace("itq", 64);
        await gallery.ReindexAsync("hsv");
        Assert.Equal("pixels", Assert.Single(log.Of("SpaceFedOn")).Values["Space"]);
        Assert.Equal("hsv", gallery.Space!.Name);
        await LaterPictureIsFoundAsync(small, gallery, codes.Name);
        // Without the codes nobody needs it any more.
        gallery.RemoveSpace(codes.Name);
        gallery.UseSpace("pixels");
        await gallery.ReindexAsync("hsv");
        Assert.Equal([("pixels", false), ("hsv", true)], gallery.Spaces.Select(space => (space.Name, space.TakesPictures)));
    }

    private static async Task LaterPictureIsFoundAsync(SmallGallery small, Gallery gallery, string space)
    {
        var later = small.Write("c1/later.jpg", TestPictures.Scene(48, 40, 1, 4242));
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal(121, gallery.Status().BySpace[space].Pictures);
        Assert.Equal(later, (await gallery.SearchAsync(Query.From(later) with { Spaces = [new QuerySpace(space)] }, 1)).Single().Path);
    }

    [Fact]
    public async Task What_comes_to_one_space_leaves_the_index_of_another_current()
    {
        using var small = new SmallGallery().Fill(3, 4);
        using var gallery = small.Open("pixels");
        await gallery.IngestAsync(small.Pictures);
        await gallery.AddSpaceAsync("hsv");
        Assert.All(gallery.Status().BySpace.Values, space => Assert.True(space.Index!.Current));
        await gallery.ReindexAsync("hsv");
        small.Write("c1/later.jpg", TestPictures.Scene(48, 40, 1, 4242));
        await gallery.IngestAsync(small.Pictures);
        // One takes in nothing any more, so that nothing has changed in it.
        Assert.All(gallery.Status().BySpace.Values, space => Assert.True(space.Index!.Current));
        Assert.Equal([12L, 13L], gallery.Status().BySpace.Values.Select(space => space.Pictures));
        // A picture that is gone is gone from both.
        gallery.Store.Commit(new Semblance.Storage.IngestBatch { Vanished = [1] });
        Assert.All(gallery.Status().BySpace.Values, space => Assert.False(space.Index!.Current));
        File.Delete(Path.Combine(small.Pictures, "c0", "p0.jpg"));
        await gallery.SearchAsync(Query.FromId(2));
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal([("pixels", false), ("hsv", true)], gallery.Status().BySpace.Select(space => (space.Key, space.Value.Index!.Current)));
    }

    [Fact]
    public async Task A_head_that_has_too_few_vectors_or_does_not_exist_is_refused_and_leaves_nothing()
    {
        using var small = new SmallGallery().Fill(2, 4);
        using var gallery = small.Open("pixels");
        await gallery.IngestAsync(small.Pictures);
        Assert.Contains("too few", Assert.Throws<GalleryException>(() => gallery.AddHeadSpace("itq", 64)).Message, StringComparison.Ordinal);
        Assert.Contains("itq, sign", Assert.Throws<GalleryException>(() => gallery.AddHeadSpace("nothing", 64)).Message, StringComparison.Ordinal);
        Assert.Single(gallery.Spaces);
    }

    [Fact]
    public async Task Of_several_views_the_best_counts_so_that_a_part_of_a_picture_is_found()
    {
        using var small = new SmallGallery().Fill(5, 6);
        // The query's scene fills the lower right corner of one picture and is nowhere else.
        var part = TestPictures.Scene(60, 60, 7, 7);
        var (large, pixels) = (TestPictures.Scene(100, 100, 2, 5), TestPictures.Scene(100, 100, 2, 5).Pixels.ToArray());
        for (var y = 0; y < 60; y++)
            part.Pixels.AsSpan(y * 180, 180).CopyTo(pixels.AsSpan((((y + 40) * 100) + 40) * 3));
        small.Write("collage.png", PictureBytes.Png(new Imaging.Picture(100, 100, pixels, large.Facts)));
        var query = Query.FromBytes(PictureBytes.Png(part));

        using var whole = Gallery.Open(small["whole"], new GalleryOptions { Model = "pixels", Threads = 1 });
        await whole.IngestAsync(small.Pictures);
        using var views = Gallery.Open(small["views"], new GalleryOptions { Model = "pixels", Threads = 1, Views = PictureViews.Crops });
        await views.IngestAsync(small.Pictures);
        Assert.Equal(6 * 31, views.Store.CountVectors(views.Space!.Id).Vectors);
        var hits = await views.SearchAsync(query, 31);
        Assert.Equal("collage.png", Path.GetFileName(hits[0].Path));
        Assert.True(hits[0].Score > 0.99f);
        // Each picture once, though each has six vectors.
        Assert.Equal(31, hits.Select(hit => hit.Id).Distinct().Count());
        Assert.True((await whole.SearchAsync(query, 1))[0].Score < hits[0].Score);
        Assert.Equal(5, (await views.SearchAsync(query with { Where = "label:c1" }, 5)).Count(hit => hit.Item.Label == "c1"));
        Assert.Equal(6, (await views.SearchAsync(query with { Where = "label:c1" }, 31)).Count);
        Assert.DoesNotContain(await views.SimilarAsync(hits[0].Id, 31), hit => hit.Id == hits[0].Id);
        Assert.True(views.Verify().Ok);
        // A changed picture has its new views and none of the old.
        small.Write("collage.png", PictureBytes.Png(TestPictures.Scene(48, 40, 3, 3)));
        await views.IngestAsync(small.Pictures);
        Assert.True((await views.SearchAsync(query, 1))[0].Score < hits[0].Score);
        Assert.True(views.Verify().Ok);
    }

    [Fact]
    public async Task Answers_that_are_copies_of_better_ones_are_left_out_when_asked()
    {
        using var small = new SmallGallery();
        for (var i = 0; i < 8; i++)
        {
            var scene = TestPictures.Scene(160, 120, i, i);
            small.Write($"{i}.png", scene);
            small.Write($"{i}-again.jpg", PictureBytes.Jpeg(scene));
        }
        using var gallery = small.Open("pixels");
        await gallery.IngestAsync(small.Pictures);
        var all = await gallery.SearchAsync(Query.FromId(1), 15);
        var distinct = await gallery.SearchAsync(Query.FromId(1) with { Distinct = true }, 15);
        var hashes = distinct.Select(hit => new Semblance.Searching.PictureHashes(hit.Item.PHash, hit.Item.DHash)).ToArray();
        for (var i = 0; i < hashes.Length; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.False(hashes[i].AreCopies(hashes[j]));
        }
        Assert.True(distinct.Count < all.Count);
        Assert.Equal(all[0].Id, distinct[0].Id);
    }

    [Fact]
    public async Task Indexes_beyond_the_budget_are_closed_and_opened_again_when_asked_for()
    {
        using var small = new SmallGallery().Fill(3, 5);
        using (var gallery = small.Open())
        {
            await gallery.IngestAsync(small.Pictures);
            await gallery.AddSpaceAsync("pixels");
        }
        using var tight = Gallery.Open(small.Folder, new GalleryOptions { IndexMemory = 1, Threads = 1 });
        for (var round = 0; round < 3; round++)
        {
            foreach (var name in new[] { "hsv", "pixels" })
                Assert.Equal(3, (await tight.SearchAsync(Query.FromId(2) with { Spaces = [new QuerySpace(name)] }, 3)).Count);
        }
        Assert.Equal(5, (await tight.SearchAsync(Query.FromId(2) with { Spaces = [new QuerySpace("hsv"), new QuerySpace("pixels")] }, 5)).Count);
    }

    [Fact]
    public async Task A_search_by_id_asks_the_truth_twice_at_most_and_a_change_by_another_process_is_seen_at_once()
    {
        using var small = new SmallGallery().Fill(4, 5);
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        await gallery.SimilarAsync(1);
        var statements = 0L;
        using var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: "Semblance", Name: "semblance.store.statements" })
                    self.EnableMeasurementEvents(instrument, Environment.CurrentManagedThreadId);
            },
        };
        var thread = Environment.CurrentManagedThreadId;
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => statements += Environment.CurrentManagedThreadId == thread ? measurement : 0);
        listener.Start();
        Assert.True(gallery.SimilarAsync(2).IsCompleted);
        Assert.InRange(statements, 1, 2);

        using var other = small.Open();
        File.Delete(Path.Combine(small.Pictures, "c0", "p1.jpg"));
        await other.IngestAsync(small.Pictures);
        other.AddTags([3], ["new"]);
        Assert.DoesNotContain(await gallery.SimilarAsync(1, 19), hit => hit.Id == 2);
        Assert.Equal([3], (await gallery.SimilarAsync(1, 19, "tag:new")).Select(hit => hit.Id));
        other.RemoveTags([3], ["new"]);
        Assert.Empty(await gallery.SimilarAsync(1, 19, "tag:new"));
        await other.ReindexAsync("pixels");
        Assert.Equal("pixels", (await gallery.ExplainAsync(Query.FromId(1))).Explanation.Space);
    }
}
