using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Conformance;

/// <summary>
/// What every <see cref="IVectorIndex"/> must do. A kind joins with a subclass that says how it is made and opened;
/// an approximate kind is made at its exhaustive setting or lowers <see cref="MinimumRecall"/>.
/// </summary>
public abstract class VectorIndexConformance
{
    public static TheoryData<Metric> Metrics => [Metric.Cosine, Metric.L2, Metric.InnerProduct];

    public static TheoryData<Metric, int> MetricsAndDimensions
    {
        get
        {
            var data = new TheoryData<Metric, int>();
            foreach (var metric in VectorMetrics.All)
            {
                foreach (var dimension in new[] { 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 127, 128, 130 })
                    data.Add(metric, dimension);
            }
            return data;
        }
    }

    /// <summary>The least share of the true k nearest that a search must return; the distances it gives must be right in any case.</summary>
    protected virtual double MinimumRecall => 1;

    /// <summary>How far a distance may be off, relative to the query's and the row's lengths: rounding of float32, or what a storage of fewer bits loses.</summary>
    protected virtual double DistanceTolerance => 1e-4;

    /// <summary>How far an element of a stored vector may be from what was added, relative to its magnitude or to 1.</summary>
    protected virtual double ElementTolerance => 1e-5;

    // Of distances between short vectors that are 0 or 1 by design.
    private double KnownTolerance => DistanceTolerance > 1e-4 ? DistanceTolerance : 1e-6;

    protected abstract IVectorIndex Create(int dimension, Metric metric);

    protected abstract IVectorIndex Open(string path);

    [Theory]
    [MemberData(nameof(MetricsAndDimensions))]
    public void Search_finds_what_brute_force_finds(Metric metric, int dimension)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(300, dimension, 1), out var truth);
        var queries = NaiveVectors.Gaussian(8, dimension, 2);
        for (var q = 0; q < queries.Rows; q++)
        {
            foreach (var k in new[] { 1, 10, 300, 1000 })
                AssertNearest(truth, queries.Row(q).ToArray(), k, index.Search(queries.Row(q), k));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Large_index_is_searched_across_its_blocks(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(9000, 70, 3), out var truth);
        var queries = NaiveVectors.Gaussian(4, 70, 4);
        for (var q = 0; q < queries.Rows; q++)
        {
            AssertNearest(truth, queries.Row(q).ToArray(), 20, index.Search(queries.Row(q), 20));
            Assert.Equal(index.Search(queries.Row(q), 20), index.Search(queries.Row(q), 20, new SearchOptions { Threads = 2 }));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Empty_index_finds_nothing(Metric metric)
    {
        using var index = Create(5, metric);
        Assert.Empty(index.Search(new float[5], 3));
        Assert.Empty(index.SearchRange(new float[5], float.PositiveInfinity));
        Assert.Empty(Assert.Single(index.SearchBatch(new Matrix(1, 5), 3)));
        Assert.Empty(index.SearchBatch(new Matrix(0, 5), 3));
        Assert.Equal(0, index.Count);
        Assert.False(index.Contains(0));
        Assert.False(index.Remove(0));
        index.Build([], new Matrix(0, 5));
        index.Add([], new Matrix(0, 5));
        Assert.Equal(0, index.Count);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void One_row_is_found(Metric metric)
    {
        using var index = Create(3, metric);
        index.Add(long.MaxValue, [1, 2, 2]);
        var hit = Assert.Single(index.Search([1, 2, 2], 10));
        Assert.Equal(long.MaxValue, hit.Id);
        Assert.Equal(metric == Metric.InnerProduct ? -9 : 0, hit.Distance, KnownTolerance);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Equal_distances_are_ordered_by_id(Metric metric)
    {
        var ids = Enumerable.Range(0, 700).Select(i => (long)i * 3).ToArray();
        new SeededRandom(5).Shuffle<long>(ids);
        var vectors = new Matrix(ids.Length, 19);
        for (var row = 0; row < vectors.Rows; row++)
            vectors.Row(row).Fill(0.3f);
        using var index = Create(19, metric);
        index.Build(ids, vectors);
        foreach (var k in new[] { 1, 10, 699, 700 })
            Assert.Equal(ids.Order().Take(k), index.Search(NaiveVectors.Gaussian(1, 19, 6).Row(0), k).Select(hit => hit.Id));
        Assert.Equal(ids.Order(), index.SearchRange(vectors.Row(0), (float)Math.Max(1e-3, DistanceTolerance)).Select(hit => hit.Id));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Zero_vectors_are_stored_found_and_asked(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(50, 6, 7), out var truth);
        index.Add(1000, new float[6]);
        truth.Rows[1000] = new float[6];
        AssertNearest(truth, new float[6], 51, index.Search(new float[6], 51));
        var query = NaiveVectors.Gaussian(1, 6, 8).Row(0).ToArray();
        AssertNearest(truth, query, 51, index.Search(query, 51));
        var vector = new float[6];
        Assert.True(index.TryGetVector(1000, vector));
        Assert.All(vector, x => Assert.Equal(0, x));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Random_changes_keep_the_index_equal_to_a_dictionary(Metric metric)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            const int Dimension = 9;
            var random = new SeededRandom(seed);
            var truth = new NaiveVectors(metric);
            using var index = Create(Dimension, metric);
            for (var step = 0; step < 1500; step++)
            {
                var id = (long)random.NextInt(400) * 1_000_003;
                var what = random.NextInt(100);
                if (what < 40)
                {
                    var vector = NaiveVectors.Gaussian(1, Dimension, random.NextInt(int.MaxValue)).Row(0).ToArray();
                    index.Add(id, vector);
                    truth.Rows[id] = vector;
                }
                else if (what < 75)
                {
                    Assert.Equal(truth.Rows.Remove(id), index.Remove(id));
                }
                else if (what < 80)
                {
                    // A batch in which ids occur twice: the later one counts.
                    var batch = NaiveVectors.Gaussian(60, Dimension, random.NextInt(int.MaxValue));
                    var ids = Enumerable.Range(0, 60).Select(_ => (long)random.NextInt(400) * 1_000_003).ToArray();
                    index.Add(ids, batch);
                    for (var row = 0; row < ids.Length; row++)
                        truth.Rows[ids[row]] = batch.Row(row).ToArray();
                }
                else if (what < 81)
                {
                    index.Compact();
                }
                else
                {
                    var query = NaiveVectors.Gaussian(1, Dimension, random.NextInt(int.MaxValue)).Row(0).ToArray();
                    AssertNearest(truth, query, 7, index.Search(query, 7));
                    Assert.Equal(truth.Rows.ContainsKey(id), index.Contains(id));
                    Assert.Equal(truth.Rows.Count, index.Count);
                }
            }
            AssertSame(truth, index);
            Assert.Empty(index.Verify().Problems);
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Most_rows_can_be_removed_and_their_space_comes_back(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(6000, 12, 9), out var truth);
        var before = index.Statistics.BytesTotal;
        for (long id = 0; id < 6000; id++)
        {
            if (id % 10 == 0)
                continue;
            Assert.True(index.Remove(id));
            truth.Rows.Remove(id);
        }
        Assert.Equal(600, index.Count);
        index.Compact();
        AssertSame(truth, index);
        Assert.Equal(0, index.Statistics.Deleted);
        Assert.True(index.Statistics.BytesTotal < before / 2, $"{index.Statistics.BytesTotal} bytes after, {before} before");
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Build_replaces_everything(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(100, 4, 10), out _);
        var vectors = NaiveVectors.Gaussian(3, 4, 11);
        index.Build([7, 8, 7], vectors);
        Assert.Equal(2, index.Count);
        var truth = new NaiveVectors(metric) { Rows = { [7] = vectors.Row(2).ToArray(), [8] = vectors.Row(1).ToArray() } };
        AssertSame(truth, index);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Filters_of_every_selectivity_leave_k_results(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(6000, 24, 12), out var truth);
        var queries = NaiveVectors.Gaussian(3, 24, 13);
        foreach (var oneIn in new[] { 2, 10, 100, 1000, 10_000 })
        {
            bool Passes(long id) => id % oneIn == 1;
            // Ids that are not in the index must not disturb.
            var allowed = truth.Rows.Keys.Where(Passes).Append(1_000_001).ToHashSet();
            SearchOptions[] forms =
            [
                new() { Filter = Passes },
                new() { Allowed = allowed },
                new() { Allowed = new IdBitmap(allowed) },
                new() { Allowed = allowed, Filter = id => id % 2 == 1 },
                new() { Allowed = allowed, Filter = Passes, Threads = 2 },
            ];
            for (var form = 0; form < forms.Length; form++)
            {
                Func<long, bool> filter = form == 3 ? id => Passes(id) && id % 2 == 1 : Passes;
                for (var q = 0; q < queries.Rows; q++)
                    AssertNearest(truth, queries.Row(q).ToArray(), 10, index.Search(queries.Row(q), 10, forms[form]), filter);
                var batch = index.SearchBatch(queries, 10, forms[form]);
                for (var q = 0; q < queries.Rows; q++)
                    AssertNearest(truth, queries.Row(q).ToArray(), 10, batch[q], filter);
            }
        }
        Assert.Empty(index.Search(queries.Row(0), 10, new SearchOptions { Allowed = new HashSet<long>() }));
        Assert.Empty(index.Search(queries.Row(0), 10, new SearchOptions { Filter = _ => false }));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_set_that_is_used_again_is_followed_as_it_and_the_rows_change(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(6000, 24, 41), out var truth);
        var query = NaiveVectors.Gaussian(1, 24, 42).Row(0).ToArray();
        foreach (var oneIn in new[] { 3, 20 })
        {
            var allowed = new IdBitmap(truth.Rows.Keys.Where(id => id % oneIn == 1));
            var options = new SearchOptions { Allowed = allowed };
            Ask();
            allowed.Remove(Ask());
            Ask();
            allowed.AddRange([.. truth.Rows.Keys.Where(id => id % oneIn == 2)]);
            Ask();
            allowed.AndNot(new IdBitmap([Ask()]));
            var best = Ask();
            index.Remove(best);
            truth.Rows.Remove(best);
            Ask();
            index.Add(best, query);
            truth.Rows[best] = query;
            Ask();
            index.Add(7000 + oneIn, query);
            truth.Rows[7000 + oneIn] = query;
            Ask();
            allowed.Add(7000 + oneIn);
            Ask();
            index.Compact();
            Ask();
            // The set itself says nothing of what is left out besides.
            var except = new HashSet<long> { best, 7000 + oneIn };
            for (var i = 0; i < 3; i++)
                AssertNearest(truth, query, 10, index.Search(query, 10, options with { Except = except }), id => allowed.Contains(id) && !except.Contains(id));

            long Ask()
            {
                IReadOnlyList<Hit> hits = [];
                for (var i = 0; i < 3; i++)
                {
                    hits = index.Search(query, 10, options);
                    AssertNearest(truth, query, 10, hits, allowed.Contains);
                }
                return hits[0].Id;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Allowed_ids_that_were_replaced_or_removed_are_right(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(900, 5, 14), out var truth);
        var fresh = NaiveVectors.Gaussian(1, 5, 15).Row(0).ToArray();
        index.Add(3, fresh);
        truth.Rows[3] = fresh;
        index.Remove(4);
        truth.Rows.Remove(4);
        var allowed = new HashSet<long> { 3, 4, 5 };
        AssertNearest(truth, fresh, 3, index.Search(fresh, 3, new SearchOptions { Allowed = allowed }), allowed.Contains);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Range_search_returns_all_within_the_radius(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(2000, 10, 16), out var truth);
        var query = NaiveVectors.Gaussian(1, 10, 17).Row(0).ToArray();
        var ranking = truth.Ranking(query);
        foreach (var rank in new[] { 0, 1, 50, 1999 })
        {
            // Between two ranks, so that rounding does not decide.
            var radius = (float)(rank == 1999 ? ranking[rank].Distance + 1 : (ranking[rank].Distance + ranking[rank + 1].Distance) / 2);
            // Narrow storage may carry rows that are as near to the radius as its rounding across it.
            var within = index.SearchRange(query, radius);
            var doubt = DistanceTolerance > 1e-4 ? DistanceTolerance * Math.Max(1, Math.Abs(radius)) : 0;
            Assert.InRange(within.Count, ranking.Count(row => row.Distance < radius - doubt), ranking.Count(row => row.Distance <= radius + doubt));
            AssertNearest(truth, query, within.Count, within);
            AssertNearest(truth, query, Math.Min(within.Count, 20), index.Search(query, 20, new SearchOptions { MaxDistance = radius }));
        }
        // The radius itself is included: a hit's own distance as the radius returns the hit.
        var third = index.Search(query, 3)[2];
        Assert.Contains(third, index.SearchRange(query, third.Distance));
        Assert.DoesNotContain(third, index.SearchRange(query, float.BitDecrement(third.Distance)));
        Assert.Contains(third, index.Search(query, 5, new SearchOptions { MaxDistance = third.Distance }));
        Assert.DoesNotContain(third, index.Search(query, 5, new SearchOptions { MaxDistance = float.BitDecrement(third.Distance) }));
        Assert.Empty(index.SearchRange(query, float.NegativeInfinity));
        Assert.Equal(index.SearchRange(query, third.Distance, new SearchOptions { Filter = id => id % 2 == 0 }), index.SearchRange(query, third.Distance).Where(hit => hit.Id % 2 == 0));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Batch_gives_what_single_searches_give(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(3000, 33, 18), out _);
        var queries = NaiveVectors.Gaussian(37, 33, 19);
        foreach (var options in new SearchOptions?[] { null, new() { Threads = 2 }, new() { Filter = id => id % 3 == 0, MaxDistance = 20 }, new() { Allowed = new HashSet<long> { 1, 5, 9 } } })
        {
            var batch = index.SearchBatch(queries, 9, options);
            Assert.Equal(queries.Rows, batch.Length);
            for (var q = 0; q < queries.Rows; q++)
                Assert.Equal(index.Search(queries.Row(q), 9, options), batch[q]);
        }
    }

    [Fact]
    public void Batch_can_be_cancelled()
    {
        using var index = Filled(Metric.L2, NaiveVectors.Gaussian(100, 4, 20), out _);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => index.SearchBatch(NaiveVectors.Gaussian(2, 4, 21), 3, null, cancelled.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => index.Build([1, 2], NaiveVectors.Gaussian(2, 4, 21), cancelled.Token));
        Assert.Equal(100, index.Count);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Search_by_id_leaves_the_row_itself_out(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(200, 8, 22), out var truth);
        AssertNearest(truth, truth.Rows[17], 6, index.SearchById(17, 6, new SearchOptions { Filter = id => id != 3 })!, id => id is not 17 and not 3);
        Assert.Null(index.SearchById(100_000, 6));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Neighbours_of_rows_are_the_nearest_others(Metric metric)
    {
        var vectors = NaiveVectors.Gaussian(1500, 12, 60);
        // Copies of row 700 before and behind it, more of them than are asked for.
        for (var copy = 0; copy < 30; copy++)
            vectors.Row(700).CopyTo(vectors.Row(690 + copy));
        using var index = Filled(metric, vectors, out var truth);
        foreach (var gone in new long[] { 3, 699, 1499 })
        {
            index.Remove(gone);
            truth.Rows.Remove(gone);
        }
        index.Add(5000, vectors.Row(700));
        truth.Rows[5000] = vectors.Row(700).ToArray();
        // In an order of their own, one twice, and two that are not there.
        long[] ids = [5000, 1, 700, 3, 1, 719, 999_999, 690];
        var few = new HashSet<long> { 1, 2, 700, 701, 5000, 77_777 };
        foreach (var (options, passes) in new (SearchOptions?, Func<long, bool>)[]
        {
            (null, _ => true),
            (new SearchOptions { Threads = 2 }, _ => true),
            (new SearchOptions { Filter = id => id % 2 == 0 }, id => id % 2 == 0),
            (new SearchOptions { Filter = id => id % 500 == 1, Threads = 2 }, id => id % 500 == 1),
            (new SearchOptions { Allowed = new IdBitmap(truth.Rows.Keys.Where(id => id % 3 != 0)) }, id => id % 3 != 0),
            (new SearchOptions { Allowed = few }, few.Contains),
        })
        {
            foreach (var k in new[] { 1, 10, 40 })
                AssertNeighbours(k, index.NeighboursOf(ids, k, options), passes);
        }
        foreach (var k in new[] { truth.Rows.Count - 1, truth.Rows.Count, int.MaxValue })
            AssertNeighbours(k, index.NeighboursOf(ids, k), _ => true);

        void AssertNeighbours(int k, IReadOnlyList<Hit>[] answers, Func<long, bool> passes)
        {
            Assert.Equal(ids.Length, answers.Length);
            // As it is stored: a narrow storage rounds the row that asks as well.
            var row = new float[12];
            for (var i = 0; i < ids.Length; i++)
            {
                if (index.TryGetVector(ids[i], row))
                    AssertNearest(truth, row, k, answers[i], id => id != ids[i] && passes(id));
                else
                    Assert.Empty(answers[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Ids_left_out_are_never_returned_and_cost_no_result(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(1500, 12, 63), out var truth);
        var query = NaiveVectors.Gaussian(1, 12, 64).Row(0).ToArray();
        foreach (var gone in new[] { false, true })
        {
            if (gone)
            {
                index.Remove(9);
                truth.Rows.Remove(9);
            }
            var nearest = truth.Ranking(query).Select(row => row.Id).ToArray();
            foreach (var count in new[] { 1, 5, 40, 600 })
            {
                // Some of them are not in the index.
                var except = nearest.Take(count).Append(88_888).ToHashSet();
                var third = new IdBitmap(nearest.Where(id => id % 3 == 0));
                foreach (var (options, passes) in new (SearchOptions, Func<long, bool>)[]
                {
                    (new SearchOptions { Except = except }, _ => true),
                    (new SearchOptions { Except = except, Threads = 2 }, _ => true),
                    (new SearchOptions { Except = except, Allowed = third }, id => id % 3 == 0),
                    (new SearchOptions { Except = except, Allowed = new HashSet<long>(nearest.Take(50)) }, nearest.Take(50).Contains),
                    (new SearchOptions { Except = except, Filter = id => id % 3 == 0 }, id => id % 3 == 0),
                })
                {
                    bool Passes(long id) => passes(id) && !except.Contains(id);
                    AssertNearest(truth, query, 10, index.Search(query, 10, options), Passes);
                    AssertNearest(truth, query, 10, index.SearchBatch(Matrix.FromRows([query]), 10, options)[0], Passes);
                    Assert.DoesNotContain(index.SearchRange(query, 100, options), hit => except.Contains(hit.Id));
                    Assert.DoesNotContain(index.NeighboursOf([nearest[^1]], 10, options)[0], hit => except.Contains(hit.Id));
                }
            }
            Assert.Empty(index.Search(query, 10, new SearchOptions { Except = nearest.ToHashSet() }));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Neighbours_of_rows_keep_within_the_largest_distance(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(900, 6, 61), out var truth);
        long[] ids = [7, 400, 899];
        foreach (var id in ids)
        {
            var all = index.SearchById(id, 20)!;
            var near = index.NeighboursOf([id], 50, new SearchOptions { MaxDistance = all[5].Distance })[0];
            Assert.Equal(all.Where(hit => hit.Distance <= all[5].Distance), near);
            Assert.Equal(all.Take(3), index.NeighboursOf([id], 3, new SearchOptions { MaxDistance = all[5].Distance })[0]);
        }
        Assert.All(index.NeighboursOf(ids, 5, new SearchOptions { MaxDistance = float.NegativeInfinity }), Assert.Empty);
        Assert.All(index.NeighboursOf(ids, 5, new SearchOptions { Filter = _ => false }), Assert.Empty);
    }

    [Fact]
    public void Neighbours_of_rows_can_be_cancelled_and_know_their_limits()
    {
        using var index = Filled(Metric.L2, NaiveVectors.Gaussian(100, 4, 62), out _);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => index.NeighboursOf([1, 2], 3, null, cancelled.Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.NeighboursOf([1], 0));
        var trace = new SearchTrace();
        index.NeighboursOf([1, 2], 3, new SearchOptions { Trace = trace });
        Assert.Equal((0L, false, null), (trace.Rescored, trace.Scanned, trace.RecallEstimate));
        index.NeighboursOf([1], 3, new SearchOptions { Trace = trace });
        Assert.True(trace.Scanned ? trace.RecallEstimate == 1 : trace.Rescored >= 3);
        Assert.Empty(index.NeighboursOf([], 3));
        using var empty = Create(4, Metric.L2);
        Assert.Empty(Assert.Single(empty.NeighboursOf([1], 3)));
        empty.Add(1, [1, 2, 3, 4]);
        Assert.Empty(Assert.Single(empty.NeighboursOf([1], 3)));
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.NeighboursOf([1], 3));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Unusable_arguments_are_refused_and_change_nothing(Metric metric)
    {
        using var index = Filled(metric, NaiveVectors.Gaussian(20, 4, 23), out var truth);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var refused = Assert.Throws<ArgumentException>(() => index.Add(1, [1, 2, bad, 4]));
            Assert.Contains("element 2", refused.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => index.Search([bad, 2, 3, 4], 1));
            Assert.Throws<ArgumentException>(() => index.SearchRange([bad, 2, 3, 4], 1));
            Assert.Throws<ArgumentException>(() => index.SearchBatch(Matrix.FromRows([[1, 2, 3, 4], [1, 2, 3, bad]]), 1));
            Assert.Throws<ArgumentException>(() => index.Add([100, 101], Matrix.FromRows([[1, 2, 3, 4], [1, 2, 3, bad]])));
            Assert.Throws<ArgumentException>(() => index.Build([100, 101], Matrix.FromRows([[1, 2, 3, 4], [1, 2, 3, bad]])));
        }
        var dimension = Assert.Throws<ArgumentException>(() => index.Add(1, [1, 2, 3]));
        Assert.Contains("dimension 3", dimension.Message, StringComparison.Ordinal);
        Assert.Contains("dimension 4", dimension.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => index.Search(new float[5], 1));
        Assert.Throws<ArgumentException>(() => index.SearchRange(new float[5], 1));
        Assert.Throws<ArgumentException>(() => index.SearchBatch(new Matrix(1, 5), 1));
        Assert.Throws<ArgumentException>(() => index.Add([1], new Matrix(1, 5)));
        Assert.Throws<ArgumentException>(() => index.Add([1, 2], new Matrix(1, 4)));
        Assert.Throws<ArgumentException>(() => index.TryGetVector(1, new float[3]));
        Assert.Throws<ArgumentException>(() => index.SearchRange(new float[4], float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Add(-1, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Add([5, -1], new Matrix(2, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(new float[4], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.SearchBatch(new Matrix(1, 4), -1));
        Assert.Throws<ArgumentException>(() => index.Search(new float[4], 1, new SearchOptions { MaxDistance = float.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(new float[4], 1, new SearchOptions { Threads = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(0, metric));
        AssertSame(truth, index);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Very_long_and_very_short_vectors_are_right_or_refused(Metric metric)
    {
        using var index = Create(2, metric);
        float[] huge = [1e30f, 1e30f];
        if (metric != Metric.Cosine)
        {
            Assert.Contains("too long", Assert.Throws<ArgumentException>(() => index.Add(1, huge)).Message, StringComparison.Ordinal);
            return;
        }
        index.Add(1, huge);
        index.Add(2, [1e-30f, -1e-30f]);
        var hits = index.Search([1e-35f, 1e-35f], 2);
        Assert.Equal([1L, 2L], hits.Select(hit => hit.Id));
        Assert.Equal(0, hits[0].Distance, KnownTolerance);
        Assert.Equal(1, hits[1].Distance, KnownTolerance);
    }

    [Fact]
    public void Disposed_index_refuses_every_call()
    {
        using var folder = new TemporaryFolder();
        var index = Filled(Metric.L2, NaiveVectors.Gaussian(20, 4, 24), out _);
        index.Save(folder["a.index"]);
        foreach (var disposed in new[] { index, Open(folder["a.index"]) })
        {
            disposed.Dispose();
            disposed.Dispose();
            Assert.Throws<ObjectDisposedException>(() => disposed.Count);
            Assert.Throws<ObjectDisposedException>(() => disposed.Statistics);
            Assert.Throws<ObjectDisposedException>(() => disposed.Add(1, new float[4]));
            Assert.Throws<ObjectDisposedException>(() => disposed.Add([1], new Matrix(1, 4)));
            Assert.Throws<ObjectDisposedException>(() => disposed.Build([1], new Matrix(1, 4)));
            Assert.Throws<ObjectDisposedException>(() => disposed.Remove(1));
            Assert.Throws<ObjectDisposedException>(() => disposed.Contains(1));
            Assert.Throws<ObjectDisposedException>(() => disposed.TryGetVector(1, new float[4]));
            Assert.Throws<ObjectDisposedException>(() => disposed.Search(new float[4], 1));
            Assert.Throws<ObjectDisposedException>(() => disposed.SearchRange(new float[4], 1));
            Assert.Throws<ObjectDisposedException>(() => disposed.SearchBatch(new Matrix(1, 4), 1));
            Assert.Throws<ObjectDisposedException>(() => disposed.Compact());
            Assert.Throws<ObjectDisposedException>(() => disposed.Verify());
            Assert.Throws<ObjectDisposedException>(() => disposed.Save(folder["b.index"]));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Saved_index_opens_equal(Metric metric)
    {
        using var folder = new TemporaryFolder();
        foreach (var rows in new[] { 0, 1, 2000 })
        {
            var path = folder[$"{rows}.index"];
            using var index = Filled(metric, NaiveVectors.Gaussian(rows, 21, 25), out var truth);
            index.Generation = 123_456_789_012;
            if (rows > 10)
            {
                index.Remove(5);
                truth.Rows.Remove(5);
            }
            index.Save(path);

            var header = IndexFile.ReadHeader(path);
            Assert.Equal(new IndexFileHeader(index.Kind, metric, 21, truth.Rows.Count, 123_456_789_012), header);
            using var opened = Open(path);
            Assert.Equal(index.Kind, opened.Kind);
            Assert.Equal(metric, opened.Metric);
            Assert.Equal(21, opened.Dimension);
            Assert.Equal(123_456_789_012, opened.Generation);
            var queries = NaiveVectors.Gaussian(5, 21, 26);
            for (var q = 0; q < queries.Rows; q++)
                Assert.Equal(index.Search(queries.Row(q), 10), opened.Search(queries.Row(q), 10));
            Assert.Empty(opened.Verify().Problems);
            AssertSame(truth, opened);
        }
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Opened_index_takes_changes_and_is_saved_over_its_own_file(Metric metric)
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        NaiveVectors truth;
        using (var index = Filled(metric, NaiveVectors.Gaussian(5000, 60, 27), out truth))
            index.Save(path);
        using var reader = Open(path);
        var query = NaiveVectors.Gaussian(1, 60, 28).Row(0).ToArray();
        var before = reader.Search(query, 10);
        for (var round = 0; round < 3; round++)
        {
            var bytes = File.ReadAllBytes(path);
            using var index = Open(path);
            for (long id = round; id < 5200; id += 13)
            {
                var vector = NaiveVectors.Gaussian(1, 60, 1000 + id + round).Row(0).ToArray();
                index.Add(id, vector);
                truth.Rows[id] = vector;
                Assert.Equal(truth.Rows.Remove(id + 1), index.Remove(id + 1));
            }
            AssertSame(truth, index);
            AssertNearest(truth, query, 10, index.Search(query, 10));
            Assert.Equal(bytes, File.ReadAllBytes(path));
            index.Save(path);
            Assert.Empty(index.Verify().Problems);
        }
        // Whoever had the first file open still has it whole.
        Assert.Equal(before, reader.Search(query, 10));
        Assert.Empty(reader.Verify().Problems);
    }

    [Fact]
    public void Failed_save_leaves_the_old_file_and_no_litter()
    {
        using var folder = new TemporaryFolder();
        using var index = Filled(Metric.L2, NaiveVectors.Gaussian(20, 4, 29), out _);
        Directory.CreateDirectory(folder["taken"]);
        Assert.ThrowsAny<Exception>(() => index.Save(folder["taken"]));
        Assert.ThrowsAny<IOException>(() => index.Save(folder["no", "such", "folder"]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Every_flipped_header_byte_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var bytes = SavedBytes(path);
        var headerLength = BitConverter.ToInt32(bytes, 12);
        for (var at = 0; at < headerLength; at++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xFF })
            {
                var damaged = (byte[])bytes.Clone();
                damaged[at] ^= flip;
                AssertRefused(path, damaged);
            }
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var bytes = SavedBytes(path);
        for (var length = 0; length < bytes.Length; length += length < 400 ? 1 : 97)
            AssertRefused(path, bytes[..length]);
        AssertRefused(path, bytes[..^1]);
        AssertRefused(path, [.. bytes, 0]);
    }

    [Fact]
    public void Flipped_payload_bytes_are_found_by_verify()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var bytes = SavedBytes(path);
        var random = new SeededRandom(30);
        var headerLength = BitConverter.ToInt32(bytes, 12);
        for (var round = 0; round < 300; round++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[headerLength + random.NextInt(bytes.Length - headerLength)] ^= (byte)(1 << random.NextInt(8));
            File.WriteAllBytes(path, damaged);
            // What every search walks may be judged when the file is opened.
            if (Refusal(path) is { } refused)
            {
                Assert.Contains(path, refused.Message, StringComparison.Ordinal);
                continue;
            }
            using var opened = Open(path);
            var verification = opened.Verify();
            Assert.False(verification.Ok);
            Assert.Contains(path, verification.Problems[0], StringComparison.Ordinal);
            // A damaged payload may give wrong answers, but it gives answers.
            opened.Search(new float[opened.Dimension], 5);
        }
    }

    [Fact]
    public void Foreign_newer_and_missing_files_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var bytes = SavedBytes(path);
        Assert.Equal(IndexFileProblem.Foreign, AssertRefused(path, "This is a text about cats, which has nothing to do with vectors, indexes or anything like it."u8.ToArray()).Problem);
        Assert.Equal(IndexFileProblem.Truncated, AssertRefused(path, bytes[..100]).Problem);
        var newer = (byte[])bytes.Clone();
        newer[8]++;
        var refused = AssertRefused(path, newer);
        Assert.Equal(IndexFileProblem.Newer, refused.Problem);
        Assert.Contains("version 2", refused.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Open(folder["missing.index"]));
    }

    [Fact]
    public async Task Readers_see_whole_changes_beside_a_writer()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        const int Dimension = 40;
        float[] marked = [.. Enumerable.Repeat(1f, Dimension)];
        using (var first = Filled(Metric.L2, NaiveVectors.Gaussian(3000, Dimension, 31), out _))
        {
            // Far from the Gaussian rows, so that a range search around it sees only what the writer does.
            first.Add([100_000, 100_001], Matrix.FromRows([Scaled(marked, 100), Scaled(marked, 100)]));
            first.Save(path);
        }
        using var index = Open(path);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var writer = Task.Run(() =>
        {
            var random = new SeededRandom(32);
            for (var step = 0; !stop.IsCancellationRequested; step++)
            {
                // The pair moves as one: at any moment both lie at the same place.
                var place = Scaled(marked, 100 + (step % 50));
                index.Add([100_000, 100_001], Matrix.FromRows([place, place]));
                var id = 10_000 + random.NextInt(2000);
                index.Add(id, NaiveVectors.Gaussian(1, Dimension, step).Row(0));
                index.Remove(random.NextInt(3000));
                if (step % 100 == 99)
                    index.Compact();
                if (step % 100 == 50)
                    index.Save(path);
            }
        });
        var searches = 0;
        // Threads of their own: in a busy run of tests the pool would start them when the writer is done.
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Factory.StartNew(() =>
        {
            var query = Scaled(marked, 120);
            var vector = new float[Dimension];
            while (!stop.IsCancellationRequested)
            {
                var pair = index.SearchRange(query, 1000);
                var near = pair.Where(hit => hit.Id >= 100_000).ToArray();
                Assert.Equal([100_000L, 100_001L], near.Select(hit => hit.Id));
                Assert.Equal(near[0].Distance, near[1].Distance);
                Assert.Equal(10, index.Search(NaiveVectors.Gaussian(1, Dimension, reader).Row(0), 10).Select(hit => hit.Id).Distinct().Count());
                Assert.Equal(2, index.Search(query, 5, new SearchOptions { Allowed = new HashSet<long> { 100_000, 100_001, 5_000_000 } }).Count);
                Assert.True(index.TryGetVector(100_000, vector));
                Assert.All(vector, x => Assert.Equal(vector[0], x));
                Interlocked.Increment(ref searches);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        await Task.WhenAll([writer, .. readers]);
        Assert.True(searches > 0);
        Assert.Empty(index.Verify().Problems);
        using var saved = Open(path);
        Assert.Empty(saved.Verify().Problems);
    }

    [Fact]
    public async Task Disposing_while_searches_run_is_safe()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        using (var index = Filled(Metric.L2, NaiveVectors.Gaussian(4000, 64, 33), out _))
            index.Save(path);
        for (var round = 0; round < 20; round++)
        {
            var opened = Open(path);
            var searches = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                try
                {
                    while (true)
                        Assert.Equal(3, opened.Search(new float[64], 3).Count);
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            })).ToArray();
            await Task.Delay(5);
            opened.Dispose();
            await Task.WhenAll(searches);
        }
    }

    [Fact]
    public void Statistics_count_what_is_there()
    {
        using var index = Filled(Metric.L2, NaiveVectors.Gaussian(1000, 32, 34), out _);
        index.Generation = 7;
        index.Remove(1);
        var statistics = index.Statistics;
        Assert.Equal(index.Kind, statistics.Kind);
        Assert.Equal(999, statistics.Count);
        Assert.Equal(7, statistics.Generation);
        Assert.True(statistics.BytesTotal >= statistics.Count * statistics.BytesPerVector);
    }

    private static float[] Scaled(float[] vector, float factor) => Array.ConvertAll(vector, x => x * factor);

    // Ids 0, 1, 2, … for the rows.
    private IVectorIndex Filled(Metric metric, Matrix vectors, out NaiveVectors truth)
    {
        var index = Create(vectors.Columns, metric);
        truth = new NaiveVectors(metric);
        var ids = new long[vectors.Rows];
        for (var row = 0; row < vectors.Rows; row++)
        {
            ids[row] = row;
            truth.Rows[row] = vectors.Row(row).ToArray();
        }
        index.Build(ids, vectors);
        return index;
    }

    private byte[] SavedBytes(string path)
    {
        using var index = Filled(Metric.Cosine, NaiveVectors.Gaussian(150, 7, 35), out _);
        index.Save(path);
        return File.ReadAllBytes(path);
    }

    private IndexFileException? Refusal(string path)
    {
        try
        {
            Open(path).Dispose();
            return null;
        }
        catch (IndexFileException refused)
        {
            return refused;
        }
    }

    private IndexFileException AssertRefused(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var refused = Assert.Throws<IndexFileException>(() => Open(path));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("rebuilt", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        return refused;
    }

    private void AssertSame(NaiveVectors truth, IVectorIndex index)
    {
        Assert.Equal(truth.Rows.Count, index.Count);
        var stored = new float[index.Dimension];
        foreach (var (id, vector) in truth.Rows)
        {
            Assert.True(index.Contains(id));
            Assert.True(index.TryGetVector(id, stored));
            var expected = vector;
            if (index.Metric == Metric.Cosine)
            {
                var length = Math.Sqrt(vector.Sum(x => (double)x * x));
                expected = Array.ConvertAll(vector, x => (float)(length == 0 ? 0 : x / length));
            }
            for (var i = 0; i < stored.Length; i++)
                Assert.Equal(expected[i], stored[i], ElementTolerance * Math.Max(1, Math.Abs(expected[i])));
        }
        if (truth.Rows.Count == 0)
            return;
        var query = truth.Rows.OrderBy(row => row.Key).First().Value;
        AssertNearest(truth, query, 10, index.Search(query, 10));
    }

    private void AssertNearest(NaiveVectors truth, float[] query, int k, IReadOnlyList<Hit> hits, Func<long, bool>? filter = null)
    {
        var ranking = truth.Ranking(query, filter);
        Assert.Equal(Math.Min(k, ranking.Count), hits.Count);
        Assert.Equal(hits.Count, hits.Select(hit => hit.Id).Distinct().Count());
        Assert.Equal(hits.OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id), hits);
        if (hits.Count == 0)
            return;
        // float32 sums: relative to the lengths under inner product, absolute near 0 under cosine and L2.
        var tolerance = DistanceTolerance * Math.Max(1, Math.Abs(ranking[hits.Count - 1].Distance));
        var found = 0;
        for (var rank = 0; rank < hits.Count; rank++)
        {
            Assert.True(filter is null || filter(hits[rank].Id));
            Assert.Equal(truth.Distance(query, hits[rank].Id), hits[rank].Distance, tolerance);
            // A hit counts when it is as near as the true k-th: rounding may swap neighbours in the ranking.
            if (truth.Distance(query, hits[rank].Id) <= ranking[hits.Count - 1].Distance + tolerance)
                found++;
        }
        Assert.True(found >= MinimumRecall * hits.Count, $"{found} of the {hits.Count} nearest were found.");
    }
}
