using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class GallerySearchTests : IAsyncLifetime
{
    private readonly SmallGallery _small = new SmallGallery().Fill(4, 6);
    private Gallery _gallery = null!;

    public async ValueTask InitializeAsync()
    {
        _gallery = _small.Open();
        await _gallery.IngestAsync(_small.Pictures);
    }

    public ValueTask DisposeAsync()
    {
        _gallery.Dispose();
        _small.Dispose();
        return ValueTask.CompletedTask;
    }

    private string PathOf(int c, int i) => Path.Combine(_small.Pictures, $"c{c}", $"p{i}.jpg");

    [Fact]
    public async Task A_picture_finds_itself_first_and_scores_fall()
    {
        var hits = await _gallery.SearchAsync(Query.From(PathOf(2, 3)), 10);
        Assert.Equal(PathOf(2, 3), hits[0].Path);
        Assert.Equal(1, hits[0].Score, 3);
        Assert.Equal(Enumerable.Range(1, 10), hits.Select(h => h.Rank));
        Assert.Equal(hits.OrderByDescending(h => h.Score), hits);
        Assert.All(hits, hit => Assert.Equal(1 - hit.Score, hit.Distance, 5));
    }

    [Fact]
    public async Task Similar_leaves_the_example_out_and_gives_every_other_picture()
    {
        var id = _gallery.Store.ItemByPath(PathOf(0, 0))!.Id;
        var hits = await _gallery.SimilarAsync(id, 100);
        Assert.Equal(23, hits.Count);
        Assert.DoesNotContain(hits, hit => hit.Id == id);
    }

    [Fact]
    public async Task Search_agrees_with_brute_force_over_the_projected_vectors()
    {
        var (ids, vectors) = _gallery.ProjectedVectors();
        for (var q = 0; q < ids.Length; q++)
        {
            var expected = Enumerable.Range(0, ids.Length).Where(i => i != q)
                .OrderByDescending(i => Enumerable.Range(0, vectors.Columns).Sum(d => (double)vectors[q, d] * vectors[i, d])).Take(3).Select(i => ids[i]);
            Assert.Equal(expected, (await _gallery.SimilarAsync(ids[q], 3)).Select(h => h.Id));
        }
    }

    [Fact]
    public async Task A_filter_still_gives_k_and_an_unlike_example_pushes_away()
    {
        var hits = await _gallery.SearchAsync(Query.From(PathOf(0, 0)) with { Where = "label:c3" }, 6);
        Assert.Equal(6, hits.Count);
        Assert.All(hits, hit => Assert.Equal("c3", hit.Item.Label));
        Assert.Empty(await _gallery.SearchAsync(Query.From(PathOf(0, 0)) with { Where = "label:none" }, 6));

        var plain = await _gallery.SearchAsync(Query.From(PathOf(0, 0)), 24);
        var pushed = await _gallery.SearchAsync(Query.From(PathOf(0, 0)).Not(new PictureInput(PathOf(1, 0)) { Weight = 0.5f }), 24);
        Assert.True(Score(pushed, PathOf(1, 0)) < Score(plain, PathOf(1, 0)));
        static float Score(IReadOnlyList<SearchHit> hits, string path) => hits.Single(h => h.Path == path).Score;
    }

    [Fact]
    public async Task Among_narrows_the_answer_to_ids_and_meets_the_filter()
    {
        var third = _gallery.Store.Items().Where(item => item.Label == "c3").Select(item => item.Id).ToHashSet();
        HashSet<long> among = [.. third, 1_000_000_000_000];
        var hits = await _gallery.SearchAsync(Query.From(PathOf(0, 0)) with { Among = among }, 24);
        Assert.Equal(third.Order(), hits.Select(hit => hit.Id).Order());
        var both = await _gallery.SearchAsync(Query.From(PathOf(0, 0)) with { Among = among, Where = "name:p1" }, 24);
        Assert.Equal(PathOf(3, 1), Assert.Single(both).Path);
        Assert.Empty(await _gallery.SearchAsync(Query.From(PathOf(0, 0)) with { Among = new HashSet<long>() }, 24));
        Assert.DoesNotContain(third.Min(), (await _gallery.SearchAsync(Query.FromId(third.Min()) with { Among = third }, 24)).Select(hit => hit.Id));
    }

    [Fact]
    public async Task Nothing_relevant_is_an_answer()
    {
        Assert.Empty(await _gallery.SearchAsync(Query.FromBytes(PictureBytes.Png(TestPictures.Solid(32, 32, 255, 0, 255))) with { MinScore = 0.99f }, 5));
    }

    [Fact]
    public async Task A_box_searches_by_a_part_of_the_picture()
    {
        // Left half of one class, right half of another: the box decides which is meant.
        var (left, right) = (TestPictures.Scene(48, 40, 0, 1), TestPictures.Scene(48, 40, 3, 3001));
        var both = TestPictures.Draw(96, 40, "both", (x, y) => x < 48 ? left.At(x, y) : right.At(x - 48, y));
        var file = PictureBytes.Png(both);
        Assert.Equal("c0", (await _gallery.SearchAsync(Query.FromBytes(file, new PictureBox(0, 0, 48, 40)), 1))[0].Item.Label);
        Assert.Equal("c3", (await _gallery.SearchAsync(Query.FromBytes(file, new PictureBox(48, 0, 48, 40)), 1))[0].Item.Label);
    }

    [Fact]
    public async Task Bad_queries_say_what_is_wrong()
    {
        await Refused("There is no file", Query.From(_small["nothing.jpg"]));
        await Refused("id 999", Query.FromId(999));
        await Refused("words", new Query { Inputs = [new TextInput("a cat")] });
        await Refused("empty", new Query());
        await Refused("weight", new Query { Inputs = [new ItemInput(1) { Weight = float.NaN }] });
        await Refused("cancel", Query.From(PathOf(0, 0)).Not(new PictureInput(PathOf(0, 0))));
        await Refused("elements", new Query { Inputs = [new VectorInput(new float[3])] });

        async Task Refused(string words, Query query) =>
            Assert.Contains(words, (await Assert.ThrowsAsync<GalleryException>(() => _gallery.SearchAsync(query))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_have_falling_thresholds_and_the_scale_is_fitted()
    {
        Assert.True(_gallery.Scale.Fitted);
        Assert.Equal(_gallery.Scale.Words.OrderByDescending(w => w.MinScore), _gallery.Scale.Words);
        Assert.Equal(ScoreWord.NearDuplicate, _gallery.Scale.WordOf(1));
        Assert.Equal(ScoreWord.Unrelated, _gallery.Scale.WordOf(-1));
    }
}
