using Semblance.Features;
using Semblance.Imaging;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Storage;
using Xunit;

namespace Semblance.Tests.Storage.Conformance;

/// <summary>What every store of a gallery keeps to, whatever lies below it.</summary>
public abstract class GalleryStoreConformance : IDisposable
{
    private readonly Lazy<IGalleryStore> _store;

    protected GalleryStoreConformance() => _store = new(Make);

    private IGalleryStore Store => _store.Value;

    private protected abstract IGalleryStore Make();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_store.IsValueCreated)
            Store.Dispose();
    }

    private Space Add(string name = "a", bool active = false, PictureViews? views = null) => Store.AddSpace(new Space(
        0, name, "model", new string('0', 64), SpaceKind.Float, Modality.Picture, 2, Metric.Cosine, PostProcessing.Whitening, 0, 0, active)
    {
        Views = views ?? PictureViews.Whole,
    });

    private static byte[] Bytes(params byte[] bytes) => [bytes[0], 0, bytes.Length > 1 ? bytes[1] : (byte)0, 0];

    private static IngestedPicture Picture(string path, params (Space Space, byte[][] Parts)[] vectors) => Picture(Items.Make(0, path), vectors);

    private static IngestedPicture Picture(GalleryItem item, params (Space Space, byte[][] Parts)[] vectors) =>
        new(null, item, vectors.ToDictionary(of => of.Space.Id, of => (IReadOnlyList<byte[]>)of.Parts));

    private List<(long Item, int Part, byte First)> Read(Space space)
    {
        var rows = new List<(long, int, byte)>();
        Store.ReadVectors(space.Id, (item, part, bytes) => rows.Add((item, part, bytes[0])));
        return rows;
    }

    private List<(long Item, int Part, int First)> Changes(Space space, long since)
    {
        var rows = new List<(long, int, int)>();
        Store.ChangesSince(space.Id, since, (item, part, bytes) => rows.Add((item, part, bytes.IsEmpty ? -1 : bytes[0])));
        Assert.Equal(rows.Where(row => row.Item2 == 0).Select(row => (row.Item1, row.Item3 >= 0)), Store.PicturesChangedSince(space.Id, since).Order());
        return rows;
    }

    [Fact]
    public void A_space_comes_back_as_it_was_added_and_one_is_active()
    {
        var first = Add("a", active: true);
        var second = Store.AddSpace(first with { Id = 0, Name = "b", Kind = SpaceKind.Bits, Metric = Metric.Hamming, Dimension = 64, Active = false, Views = PictureViews.Crops, Base = new SpaceBase(first.Id, "itq"), TakesPictures = false, PostProcessing = PostProcessing.None });
        Assert.Equal([first, second], Store.LoadState().Spaces);
        Assert.Equal(first, Store.LoadState().ActiveSpace);
        Store.ActivateSpace(second.Id);
        Assert.Equal("b", Store.LoadState().ActiveSpace!.Name);
        Store.SetTakesPictures(second.Id, takes: true);
        Assert.True(Store.LoadState().Space(second.Id)!.TakesPictures);
    }

    [Fact]
    public void A_projection_is_a_new_version_and_clears_the_scale()
    {
        var space = Add(active: true);
        Assert.Equal((0, null), Store.LoadProjection(space.Id));
        Store.SaveScoreScale(space.Id, ScoreScale.Unfitted with { Fitted = true });
        Assert.True(Store.LoadState().ScaleOf(space).Fitted);
        var fitted = Store.SaveProjection(space.Id, [1, 2, 3], 77);
        Assert.Equal((1, 77L), (fitted.ProjectionVersion, fitted.FittedCount));
        var (version, bytes) = Store.LoadProjection(space.Id);
        Assert.Equal(1, version);
        Assert.Equal([1, 2, 3], bytes!);
        Assert.False(Store.LoadState().ScaleOf(space).Fitted);
        var ready = Store.AddSpace(space with { Id = 0, Name = "b", Active = false, ProjectionVersion = 1, FittedCount = 9 }, [4, 5]);
        Assert.Equal([4, 5], Store.LoadProjection(ready.Id).Bytes!);
        Assert.Equal(ready, Store.LoadState().Space(ready.Id));
    }

    [Fact]
    public void A_space_that_is_in_use_stays_and_an_empty_one_or_another_goes_with_its_vectors()
    {
        var (used, other) = (Add("a", active: true), Add("b"));
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (used, [Bytes(1)]), (other, [Bytes(2)]))] });
        Store.RemoveSpace(used.Id);
        Assert.Equal(2, Store.LoadState().Spaces.Count);
        var head = Store.AddSpace(used with { Id = 0, Name = "c", Active = false, Base = new SpaceBase(other.Id, "itq") });
        Store.RemoveSpace(other.Id);
        Assert.Equal(3, Store.LoadState().Spaces.Count);
        Store.RemoveSpace(head.Id);
        Store.RemoveSpace(other.Id);
        Assert.Equal(["a"], Store.LoadState().Spaces.Select(space => space.Name));
        Assert.Empty(Read(other));
        Assert.Empty(Store.Vectors(other.Id, 1));
        Assert.Single(Read(used));
    }

    [Fact]
    public void A_space_made_from_another_gives_its_name_and_place_to_the_next_in_one_step()
    {
        var (first, second) = (Add("a", active: true), Add("b"));
        var head = Store.AddSpace(first with { Id = 0, Name = "codes", Active = false, Base = new SpaceBase(first.Id, "itq"), ProjectionVersion = 1 }, [1]);
        var before = Store.Version.Revision;
        var next = Store.ReplaceSpace(head.Id, head with { Base = new SpaceBase(second.Id, "itq"), ProjectionVersion = 2, FittedCount = 5 }, [2]);
        Assert.True(Store.Version.Revision > before && next.Id != head.Id);
        Assert.Equal([first, second, next], Store.LoadState().Spaces);
        Assert.Equal((2, 5L, second.Id), (next.ProjectionVersion, next.FittedCount, next.SourceId));
        Assert.Equal([2], Store.LoadProjection(next.Id).Bytes!);
    }

    [Fact]
    public void The_revision_grows_with_every_commit_and_the_changes_with_those_of_vectors_alone()
    {
        var space = Add(active: true);
        var before = Store.Version;
        Assert.Equal(before, Store.Version);
        Step(vectors: true, () => Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(1)]))] }));
        Step(vectors: false, () => Store.AddTags([1], ["t"]));
        Step(vectors: false, () => Store.RemoveTags([1], ["t"]));
        Step(vectors: false, () => Store.SaveSetting("x", "y"));
        Step(vectors: false, () => Store.SaveFacts([new ItemFacts(1, new PhotoFacts { Rating = 3 }, [])]));
        Step(vectors: false, () => Store.SaveScoreScale(space.Id, ScoreScale.Unfitted));
        Step(vectors: true, () => Store.AddVectors(space.Id, [new ItemVectors(1, [Bytes(2)])]));
        Assert.Equal("y", Store.LoadState().Settings["x"]);

        void Step(bool vectors, Action change)
        {
            change();
            var now = Store.Version;
            Assert.True(now.Revision > before.Revision);
            Assert.Equal(vectors, now.Changes > before.Changes);
            before = now;
            Assert.Equal(now, Store.LoadState().Version);
        }
    }

    [Fact]
    public void Pictures_have_ids_that_are_never_given_again()
    {
        var space = Add(active: true);
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(1)])), Picture("/p/2.jpg", (space, [Bytes(2)]))] });
        Store.Commit(new IngestBatch { Vanished = [2] });
        // The first takes the name of the second, which is gone for good by that.
        Store.Commit(new IngestBatch { Renamed = [(1, "/p/2.jpg", 5, DateTime.UnixEpoch)] });
        Assert.Null(Store.Item(2));
        Assert.Empty(Store.Vectors(space.Id, 2));
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(3)]))] });
        Assert.Equal([1, 3], Store.Items().Select(item => item.Id));
        Assert.Equal("/p/2.jpg", Store.Item(1)!.Path);
        Assert.Equal(3, Store.ItemByPath("/p/1.jpg")!.Id);
    }

    [Fact]
    public void An_item_comes_back_whole()
    {
        var space = Add(active: true);
        var item = Items.Make(0, "/photos/été/a b.jpg") with
        {
            Size = long.MaxValue / 4,
            Modified = new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc).AddTicks(7),
            PHash = ulong.MaxValue - 3,
            DHash = 1UL << 63,
            Orientation = 6,
            Photo = new PhotoFacts
            {
                Taken = new DateTime(1999, 12, 31, 23, 59, 59),
                TakenOffset = TimeSpan.FromMinutes(-330),
                Camera = "Ü 1",
                Lens = "L",
                Iso = 400,
                ExposureTime = 0.004,
                Aperture = 2.8,
                FocalLength = 35,
                Location = new GeoPoint(-33.5, 151.25, 12.5),
                Rating = -1,
                Description = "d\nd",
            },
        };
        Store.Commit(new IngestBatch { Pictures = [Picture(item, (space, [Bytes(1)])) with { Sidecars = [new Sidecar("/photos/b.xmp", 3, DateTime.UnixEpoch), new Sidecar("/photos/a.xmp", 4, DateTime.UnixEpoch)] }] });
        var whole = item with { Id = 1 };
        Assert.Equal(whole, Store.Item(1));
        Assert.Equal(whole, Store.ItemByPath(item.Path));
        Assert.Equal(whole, Store.ItemByHash(item.Hash, space.Id));
        Assert.Null(Store.ItemByHash(item.Hash, space.Id + 1));
        Assert.Equal(whole, Store.ItemsById([1, 99])[1]);
        Assert.Equal(whole, Assert.Single(Store.Items()));
        Assert.Equal(["/photos/a.xmp", "/photos/b.xmp"], Store.AllSidecars()[1].Select(sidecar => sidecar.Path));
        var stamp = Assert.Single(Store.Stamps());
        Assert.Equal((1L, item.Path, item.Size, item.Modified, item.Hash, false, false), (stamp.Id, stamp.Path, stamp.Size, stamp.Modified, stamp.Hash, stamp.Missing, stamp.FactsOutdated));
        Assert.Equal(0, Store.CountOutdatedFacts());
    }

    [Fact]
    public void Vectors_are_read_in_the_order_of_pictures_and_parts_and_missing_pictures_are_left_out()
    {
        var (space, other) = (Add("a", active: true, views: PictureViews.Crops), Add("b"));
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(11), Bytes(12)]), (other, [Bytes(1)])), Picture("/p/2.jpg", (space, [Bytes(21)])), Picture("/p/3.jpg", (space, [Bytes(31), Bytes(32), Bytes(33)]))] });
        Assert.Equal([(1, 0, 11), (1, 1, 12), (2, 0, 21), (3, 0, 31), (3, 1, 32), (3, 2, 33)], Read(space));
        Assert.Equal([(1, 0, 1)], Read(other));
        Assert.Equal(new VectorCount(6, 3), Store.CountVectors(space.Id));
        Assert.Equal(new VectorCount(1, 1), Store.CountVectors(other.Id));
        Assert.Equal([2, 3], Store.ItemsWithoutVector(other.Id).Select(item => item.Id));
        Store.Commit(new IngestBatch { Vanished = [1] });
        Assert.Equal([2, 3, 3, 3], Read(space).Select(row => row.Item));
        Assert.Equal(new VectorCount(4, 2), Store.CountVectors(space.Id));
        Assert.Equal(2, Store.Vectors(space.Id, 1).Count);
        // It comes back with its vectors.
        Store.Commit(new IngestBatch { Touched = [(1, 9, DateTime.UnixEpoch)] });
        Assert.Equal(new VectorCount(6, 3), Store.CountVectors(space.Id));
        // Other bytes: what other spaces had of it was made from the old ones.
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(99)])) with { ItemId = 1 }] });
        Assert.Equal([99], Store.Vectors(space.Id, 1).Select(bytes => (int)bytes[0]));
        Assert.Empty(Store.Vectors(other.Id, 1));
        Assert.Equal(new VectorCount(5, 3), Store.CountVectors(space.Id));
        Assert.Equal(new VectorCount(0, 0), Store.CountVectors(other.Id));
    }

    [Fact]
    public void The_change_feed_tells_what_came_what_went_and_nothing_else()
    {
        var space = Add(active: true, views: PictureViews.Crops);
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(1)])), Picture("/p/2.jpg", (space, [Bytes(2)]))] });
        var since = Store.Version.Changes;
        Assert.Empty(Changes(space, since));
        Store.AddTags([1], ["x"]);
        Assert.Empty(Changes(space, since));
        Store.Commit(new IngestBatch { Vanished = [1], Pictures = [Picture("/p/3.jpg", (space, [Bytes(31), Bytes(32)])), Picture("/p/4.jpg")] });
        Assert.Equal([(1, 0, -1), (3, 0, 31), (3, 1, 32), (4, 0, -1)], Changes(space, since));
        since = Store.Version.Changes;
        Store.AddVectors(space.Id, [new ItemVectors(4, [Bytes(4)]), new ItemVectors(1234, [Bytes(9)])]);
        Assert.Equal([(4, 0, 4)], Changes(space, since));
        // What comes to one space is no change of another.
        var (other, before) = (Add("b"), Store.Version.Changes);
        Store.AddVectors(other.Id, [new ItemVectors(2, [Bytes(7)])]);
        Assert.Empty(Changes(space, before));
        Assert.Equal([(2, 0, 7)], Changes(other, before));
        Assert.Empty(Store.Vectors(space.Id, 1234));
        Assert.Equal([(1, 0, -1), (2, 0, 2), (3, 0, 31), (3, 1, 32), (4, 0, 4)], Changes(space, 0));
    }

    [Fact]
    public void An_answer_is_read_from_one_moment_with_its_version()
    {
        var space = Add(active: true);
        Store.Commit(new IngestBatch { Pictures = [Picture(Items.Make(0, "/p/1.jpg") with { PHash = 5, DHash = 6 }, (space, [Bytes(1)])), Picture("/p/2.jpg", (space, [Bytes(2)]))] });
        Store.Commit(new IngestBatch { Vanished = [2] });
        var version = Store.Version;
        var path = Store.ReadAnswer([2, 1, 77], rows =>
        {
            Assert.Equal(version, rows.Version);
            Assert.Equal(new ItemMark(false, 5, 6), rows.MarkOf(1));
            Assert.True(rows.MarkOf(2)!.Value.Missing);
            Assert.Null(rows.MarkOf(77));
            Assert.Equal([1], rows.Items([1, 77]).Keys);
            return rows.Items([1])[1].Path;
        });
        Assert.Equal("/p/1.jpg", path);
        Assert.Equal(version, Store.ReadAnswer([], rows => rows.Version));
        var (items, of) = Store.ReadItems([2, 1, 77]);
        Assert.Equal((version, true), (of, items[2].Missing));
        Assert.Equal([1, 2], items.Keys.Order());
        Assert.Equal((0, version), (Store.ReadItems([]).Items.Count, Store.ReadItems([]).Version));
        Assert.Equal(2, Store.ReadItems([.. Enumerable.Range(1, 3000).Select(id => (long)id)]).Items.Count);
        var hashes = new List<(long, bool, ulong)>();
        Store.ReadHashes(0, (id, isMissing, pHash) => hashes.Add((id, isMissing, pHash)));
        Assert.Equal([(1L, false, 5UL), (2L, true, 0UL)], hashes.Order().ToArray());
        hashes.Clear();
        Store.ReadHashes(version.Changes - 1, (id, isMissing, pHash) => hashes.Add((id, isMissing, pHash)));
        Assert.Equal([(2L, true, 0UL)], hashes);
        // More than any list of a statement holds.
        long[] many = [.. Enumerable.Range(1, 3000).Select(id => (long)id)];
        Assert.Equal(2, Store.ReadAnswer(many, rows => many.Count(id => rows.MarkOf(id) is not null)));
    }

    [Fact]
    public void Failures_stand_until_they_are_recovered()
    {
        Store.Commit(new IngestBatch { Failed = [new FailedFile("/p/b.jpg", 3, DateTime.UnixEpoch.AddDays(1), "damaged", "It is."), new FailedFile("/p/a.xyz", 4, DateTime.UnixEpoch.AddDays(2), "unsupported", "It is.")] });
        Assert.Equal(["/p/a.xyz", "/p/b.jpg"], Store.Failures.Select(failure => failure.Path));
        Assert.Equal((3, DateTime.UnixEpoch.AddDays(1)), Store.FailureStamps()["/p/b.jpg"]);
        // What another build may read is tried again at every run.
        Assert.Equal((4, new DateTime(0)), Store.FailureStamps()["/p/a.xyz"]);
        Store.Commit(new IngestBatch { Recovered = ["/p/a.xyz"] });
        Assert.Equal(["/p/b.jpg"], Store.Failures.Select(failure => failure.Path));
    }

    [Fact]
    public void Tags_are_a_set_in_order_and_survive_a_change_of_the_picture_and_an_unknown_id_changes_nothing()
    {
        var space = Add(active: true);
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(1)])), Picture("/p/2.jpg", (space, [Bytes(2)]))] });
        Assert.Equal(4, Store.AddTags([1, 2], ["b", "a"]));
        Assert.Equal(0, Store.AddTags([1], ["a"]));
        Assert.Equal(["a", "b"], Store.Tags(1));
        Assert.Equal(2, Store.CountTags());
        Assert.Throws<GalleryException>(() => Store.AddTags([1, 99], ["c"]));
        Assert.Equal(["a", "b"], Store.Tags(1));
        Assert.Equal(1, Store.RemoveTags([1, 99], ["a", "z"]));
        Store.Commit(new IngestBatch { Pictures = [Picture("/p/1.jpg", (space, [Bytes(9)])) with { ItemId = 1 }] });
        Assert.Equal(["b"], Store.AllTags()[1]);
        Assert.Equal([1, 2], Store.AllTags().Keys.Order());
    }

    [Fact]
    public void A_long_lease_excludes_another_and_leaves_room_for_short_ones()
    {
        using (Store.TakeLongLease())
        {
            Assert.Throws<GalleryRefusedException>(() => Store.TakeLongLease().Dispose());
            using var one = Store.TakeShortLease();
            using var other = Store.TakeShortLease();
        }
        Store.TakeLongLease().Dispose();
    }

    /// <summary>Every field and every way of combining, over pictures with and without each fact, held against the test of each picture.</summary>
    [Fact]
    public void A_filter_passes_exactly_the_present_pictures_that_match_it()
    {
        var space = Add(active: true);
        var random = new SeededRandom(11);
        Store.Commit(new IngestBatch { Pictures = [.. Enumerable.Range(0, 300).Select(i => Picture(FilteredItems.Make(i, random), (space, [Bytes(1)])))] });
        for (var i = 0; i < 120; i++)
            Store.AddTags([1 + random.NextInt(300)], [FilteredItems.Tags[random.NextInt(FilteredItems.Tags.Length)]]);
        Store.Commit(new IngestBatch { Vanished = [5, 77, 200] });
        var tags = Store.AllTags();
        var items = Store.Items().ToArray();
        var passing = new HashSet<int>();
        for (var i = 0; i < 400; i++)
        {
            var text = i < FilteredItems.Terms.Length ? FilteredItems.Terms[i] : FilteredItems.Combine(random, 3);
            var filter = Filter.Parse(text);
            var expected = items.Where(item => filter.Matches(item, tags.GetValueOrDefault(item.Id, []))).Select(item => item.Id).ToArray();
            var (ids, version) = Store.IdsWhere(filter.Root);
            Assert.True(expected.SequenceEqual(ids), $"{text}: {string.Join(',', expected.Except(ids))} missing, {string.Join(',', ids.Except(expected))} too many");
            Assert.Equal(Store.Version, version);
            passing.Add(expected.Length);
        }
        // Filters that all pass everything or nothing would prove nothing.
        Assert.True(passing.Count > 60);
    }
}
