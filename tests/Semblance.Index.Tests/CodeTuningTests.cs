using System.Numerics;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

/// <summary>What an index of codes measures of itself, against brute force that shares no code with it.</summary>
public sealed class CodeTuningTests
{
    private const int Rows = 12_000;
    private const int Fresh = 400;
    private const int Words = 4;
    private const int K = 10;

    // A graph as thin as this misses a good deal at the least efforts: there is something to tune.
    private static readonly HnswCodeOptions s_thin = new() { M = 4, EfConstruction = 16, EfSearch = 200, BuildThreads = 1 };

    [Fact]
    public void Fresh_queries_get_the_recall_that_was_promised()
    {
        var codes = Codes(1, Rows + Fresh);
        using var index = Filled(codes);
        index.Tune(Fresh);
        var curve = index.RecallCurve!;
        Assert.Equal((K, (long)Rows), (curve.K, curve.Rows));
        Assert.True(curve.Points[0].Recall < 0.9f, $"Nothing to tune: {curve.Points[0]}");
        Assert.True(curve.Points[^1].Recall > 0.99f, $"Nothing is found: {curve.Points[^1]}");
        var efforts = new List<int>();
        foreach (var target in new[] { 0.8f, 0.9f, 0.98f })
        {
            var trace = new SearchTrace();
            var recall = Recall(index, codes, new SearchOptions { TargetRecall = target, Trace = trace });
            Assert.Equal((curve.EffortFor(target), false), (trace.Effort, trace.Scanned));
            Assert.Equal(curve.RecallAt(trace.Effort), trace.RecallEstimate);
            // Two averages of 400 queries err by about two points together.
            Assert.InRange(recall, target - 0.04, 1);
            Assert.InRange(recall, trace.RecallEstimate!.Value - 0.04, trace.RecallEstimate.Value + 0.04);
            efforts.Add(trace.Effort);
        }
        Assert.Equal(efforts.Order().Distinct(), efforts);
    }

    [Fact]
    public void Effort_wins_over_the_curve_and_the_curve_over_the_options()
    {
        var codes = Codes(2, Rows + Fresh);
        using var index = Filled(codes);
        Assert.Null(index.RecallCurve);
        Assert.Equal((s_thin.EfSearch, null), Used(new SearchOptions()));
        Assert.Equal((s_thin.EfSearch, null), Used(new SearchOptions { TargetRecall = 0.5f }));
        index.Tune(100);
        var curve = index.RecallCurve!;
        Assert.Equal((curve.EffortFor(0.98f), curve.RecallAt(curve.EffortFor(0.98f))), Used(new SearchOptions()));
        index.DefaultTargetRecall = 0.8f;
        Assert.NotEqual(curve.EffortFor(0.98f), curve.EffortFor(0.8f));
        Assert.Equal(curve.EffortFor(0.8f), Used(new SearchOptions()).Effort);
        Assert.Equal(curve.EffortFor(0.9f), Used(new SearchOptions { TargetRecall = 0.9f }).Effort);
        Assert.Equal(77, Used(new SearchOptions { TargetRecall = 0.9f, Effort = 77 }).Effort);
        Assert.Equal((0, 1f), Used(new SearchOptions { TargetRecall = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.DefaultTargetRecall = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.DefaultTargetRecall = 1.01f);
        index.Build([1], Codes(3, 1));
        Assert.Null(index.RecallCurve);

        (int Effort, float? Recall) Used(SearchOptions options)
        {
            var trace = new SearchTrace();
            index.Search(Code(codes, Rows), K, options with { Trace = trace });
            return (trace.Effort, trace.RecallEstimate);
        }
    }

    [Fact]
    public void A_code_as_near_as_the_last_true_neighbour_counts_as_found()
    {
        // Sixty-four codes, each there some hundred times: which hundred copies a walk meets is chance, and all of them are right. Counted by
        // id, a tenth would be found whatever the effort.
        var random = new SeededRandom(4);
        var codes = new ulong[6400];
        for (var row = 0; row < codes.Length; row++)
            codes[row] = (ulong)random.NextInt(64) * 0x0101010101010101;
        using var index = new HnswCodeIndex(64, new HnswCodeOptions { BuildThreads = 1 });
        index.Build(Ids(codes.Length), codes);
        index.Tune(100);
        Assert.InRange(index.RecallCurve!.Points[^1].Recall, 0.999f, 1);
        Assert.InRange(index.RecallCurve.EffortFor(0.98f), 1, 100);
        var trace = new SearchTrace();
        for (var code = 0UL; code < 64; code++)
        {
            Assert.All(index.Search([code * 0x0101010101010101], K, new SearchOptions { Trace = trace }), hit => Assert.Equal(0, hit.Distance));
            Assert.False(trace.Scanned);
        }
    }

    [Fact]
    public void The_curve_is_saved_with_the_index_and_read_again()
    {
        using var folder = new TemporaryFolder();
        var codes = Codes(5, Rows + Fresh);
        using var index = Filled(codes);
        index.Save(folder["untuned.index"]);
        index.Tune(100);
        index.Save(folder["tuned.index"]);
        using var opened = HnswCodeIndex.Open(folder["tuned.index"], s_thin);
        Assert.Equal((index.RecallCurve!.K, index.RecallCurve.Rows), (opened.RecallCurve!.K, opened.RecallCurve.Rows));
        Assert.Equal(index.RecallCurve.Points, opened.RecallCurve.Points);
        Assert.Empty(opened.Verify().Problems);
        var (before, after) = (new SearchTrace(), new SearchTrace());
        Assert.Equal(index.Search(Code(codes, Rows), K, new SearchOptions { Trace = before }), opened.Search(Code(codes, Rows), K, new SearchOptions { Trace = after }));
        Assert.Equal((before.Effort, before.RecallEstimate), (after.Effort, after.RecallEstimate));
        Assert.Equal(index.RecallCurve.EffortFor(0.98f), after.Effort);
        using var untuned = HnswCodeIndex.Open(folder["untuned.index"], s_thin);
        Assert.Null(untuned.RecallCurve);
    }

    [Theory]
    [InlineData(ExactCodeIndex.KindName)]
    [InlineData(MihIndex.KindName)]
    public void Exact_kinds_have_nothing_to_tune(string kind)
    {
        using var folder = new TemporaryFolder();
        var codes = Codes(6, Rows + Fresh);
        using var index = CodeIndexes.Create(kind, Words * 64);
        index.Build(Ids(Rows), codes.AsSpan(0, Rows * Words));
        index.Save(folder["before.index"]);
        index.Tune();
        index.Save(folder["after.index"]);
        Assert.False(index.IsApproximate);
        Assert.Null(index.RecallCurve);
        Assert.Equal(File.ReadAllBytes(folder["before.index"]), File.ReadAllBytes(folder["after.index"]));
        foreach (var options in new[] { new SearchOptions { TargetRecall = 0.1f }, new SearchOptions { Effort = 1 } })
            Assert.Equal(1, Recall(index, codes, options));
    }

    [Fact]
    public void Unusable_settings_are_refused_and_too_few_rows_are_left_alone()
    {
        using var index = new HnswCodeIndex(64);
        Assert.True(index.IsApproximate);
        index.Tune();
        index.Build(Ids(K), new ulong[K]);
        index.Tune(k: K);
        Assert.Null(index.RecallCurve);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Tune(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Tune(k: 0));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => index.Tune(k: 2, cancellationToken: cancelled.Token));
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Tune());
    }

    // 300 centres; one bit in eight of a code differs from its centre's.
    private static ulong[] Codes(long seed, int count)
    {
        var random = new SeededRandom(seed);
        var centres = new ulong[300 * Words];
        foreach (ref var word in centres.AsSpan())
            word = random.NextUInt64();
        var codes = new ulong[count * Words];
        var cluster = 0;
        for (var i = 0; i < codes.Length; i++)
        {
            if (i % Words == 0)
                cluster = random.NextInt(300);
            codes[i] = centres[(cluster * Words) + (i % Words)] ^ (random.NextUInt64() & random.NextUInt64() & random.NextUInt64());
        }
        return codes;
    }

    private static ReadOnlySpan<ulong> Code(ulong[] codes, int row) => codes.AsSpan(row * Words, Words);

    private static long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(row => (long)row)];

    private static HnswCodeIndex Filled(ulong[] codes)
    {
        var index = new HnswCodeIndex(Words * 64, s_thin);
        index.Build(Ids(Rows), codes.AsSpan(0, Rows * Words));
        return index;
    }

    // Of the codes behind the index's rows, which it has never seen.
    private static double Recall(CodeIndex index, ulong[] codes, SearchOptions options)
    {
        double found = 0;
        for (var q = Rows; q < Rows + Fresh; q++)
        {
            var distances = new int[Rows];
            for (var row = 0; row < Rows; row++)
            {
                for (var word = 0; word < Words; word++)
                    distances[row] += BitOperations.PopCount(codes[(q * Words) + word] ^ codes[(row * Words) + word]);
            }
            var farthest = distances.Order().ElementAt(K - 1);
            found += index.Search(Code(codes, q), K, options).Count(hit => distances[hit.Id] <= farthest) / (double)K;
        }
        return found / Fresh;
    }
}
