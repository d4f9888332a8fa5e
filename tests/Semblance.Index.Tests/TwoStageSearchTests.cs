using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class TwoStageSearchTests
{
    private const int Rows = 2000;
    private readonly Matrix _vectors = BinaryCodecTests.Clustered(5, Rows, 48);

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.InnerProduct)]
    public void With_everything_on_the_shortlist_the_answer_is_the_exact_one(Metric metric)
    {
        using var codes = Coded(out var codec);
        using var exact = Exact(metric);
        var search = new TwoStageSearch(codec, codes, exact);
        var foreign = new TwoStageSearch(codec, codes, Lookup, metric);
        for (var q = 0; q < 20; q++)
        {
            var query = _vectors.Row(q * 70);
            var expected = exact.Search(query, 10);
            foreach (var hits in new[] { search.Search(query, 10, Rows), foreign.Search(query, 10, Rows) })
            {
                Assert.Equal(expected.Select(hit => hit.Id), hits.Select(hit => hit.Id));
                for (var i = 0; i < 10; i++)
                    Assert.Equal(expected[i].Distance, hits[i].Distance, 1e-4f * (1 + Math.Abs(expected[i].Distance)));
            }
        }
    }

    [Fact]
    public void Recall_rises_with_the_shortlist()
    {
        using var codes = Coded(out var codec);
        using var exact = Exact(Metric.L2);
        var search = new TwoStageSearch(codec, codes, exact);
        var recalls = new[] { 10, 50, 200, Rows }.Select(shortlist => Enumerable.Range(0, 50).Average(q =>
        {
            var truth = exact.Search(_vectors.Row(q * 40), 10).Select(hit => hit.Id).ToHashSet();
            return search.Search(_vectors.Row(q * 40), 10, shortlist).Count(hit => truth.Contains(hit.Id)) / 10.0;
        })).ToArray();
        Assert.True(recalls[0] < recalls[1] && recalls[1] < recalls[2], string.Join(' ', recalls));
        Assert.InRange(recalls[2], 0.8, 1);
        Assert.Equal(1, recalls[3]);
    }

    [Fact]
    public void Filters_hold_for_the_shortlist_and_the_largest_distance_for_the_floats()
    {
        using var codes = Coded(out var codec);
        using var exact = Exact(Metric.L2);
        var search = new TwoStageSearch(codec, codes, exact);
        var query = _vectors.Row(3);
        var filtered = search.Search(query, 10, 300, new SearchOptions { Filter = id => id % 5 == 0 });
        Assert.Equal(10, filtered.Count);
        Assert.All(filtered, hit => Assert.Equal(0, hit.Id % 5));
        var all = search.Search(query, 10, 300);
        Assert.Equal(all.Take(4), search.Search(query, 10, 300, new SearchOptions { MaxDistance = all[3].Distance }));
        Assert.Equal(all, search.SearchBatch(_vectors.Slice(2, 3), 10, 300, new SearchOptions { Threads = 2 })[1]);
    }

    [Fact]
    public void Codes_without_a_vector_are_left_out()
    {
        using var codes = Coded(out var codec);
        using var exact = Exact(Metric.L2);
        Assert.True(exact.Remove(3));
        var hits = new TwoStageSearch(codec, codes, exact).Search(_vectors.Row(3), 5);
        Assert.Equal(5, hits.Count);
        Assert.DoesNotContain(hits, hit => hit.Id == 3);
    }

    [Fact]
    public void Stages_that_do_not_fit_are_refused()
    {
        var codec = BinaryCodec.Sign(48, 64);
        using var codes = new ExactCodeIndex(128);
        using var right = new ExactCodeIndex(64);
        using var vectors = new ExactVectorIndex(47, Metric.L2);
        Assert.Throws<ArgumentException>(() => new TwoStageSearch(codec, codes, Lookup, Metric.L2));
        Assert.Throws<ArgumentException>(() => new TwoStageSearch(codec, right, vectors));
        var search = new TwoStageSearch(codec, right, Lookup, Metric.L2);
        Assert.Throws<ArgumentOutOfRangeException>(() => search.Search(new float[48], 10, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => search.ShortlistFactor = 0);
        Assert.Empty(search.Search(new float[48], 10));
    }

    private bool Lookup(long id, Span<float> vector)
    {
        _vectors.Row((int)id).CopyTo(vector);
        return true;
    }

    private ExactCodeIndex Coded(out BinaryCodec codec)
    {
        codec = BinaryCodec.Sign(_vectors, 128, seed: 1);
        var index = new ExactCodeIndex(128);
        index.Build([.. Enumerable.Range(0, Rows).Select(row => (long)row)], codec.Encode(_vectors));
        return index;
    }

    private ExactVectorIndex Exact(Metric metric)
    {
        var index = new ExactVectorIndex(48, metric);
        index.Build([.. Enumerable.Range(0, Rows).Select(row => (long)row)], _vectors);
        return index;
    }
}
