using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class VectorIndexesTests
{
    public static TheoryData<string> Kinds => [.. VectorIndexes.Kinds];

    public static TheoryData<string> CodeKinds => [.. CodeIndexes.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_is_made_by_name_and_opened_by_its_file(string kind)
    {
        using var folder = new TemporaryFolder();
        using (var index = VectorIndexes.Create(kind, 5, Metric.L2, new IndexBuildOptions { Storage = VectorStorage.Byte, Threads = 1, Seed = 3 }))
        {
            Assert.Equal((kind, 5, Metric.L2, VectorStorage.Byte), (index.Kind, index.Dimension, index.Metric, index.Storage));
            index.Add(7, [1, 2, 3, 4, 5]);
            index.Save(folder["a.index"]);
        }
        using var opened = VectorIndexes.Open(folder["a.index"]);
        Assert.Equal((kind, VectorStorage.Byte, 1L), (opened.Kind, opened.Storage, opened.Count));
        Assert.Equal(7, Assert.Single(opened.Search([1, 2, 3, 4, 5], 3)).Id);
    }

    [Theory]
    [MemberData(nameof(CodeKinds))]
    public void Every_kind_of_codes_is_made_by_name_and_opened_by_its_file(string kind)
    {
        using var folder = new TemporaryFolder();
        using (var index = CodeIndexes.Create(kind, 128))
        {
            index.Add(7, [1, 2]);
            index.Save(folder["a.index"]);
        }
        Assert.Null(IndexFile.ReadHeader(folder["a.index"]).Metric);
        using var opened = CodeIndexes.Open(folder["a.index"]);
        Assert.Equal(Metric.Hamming, ((IRowIndex)opened).Metric);
        Assert.Equal((kind, 128, 1L), (opened.Kind, opened.Bits, opened.Count));
        Assert.Equal(IndexFileProblem.WrongKind, Assert.Throws<IndexFileException>(() => VectorIndexes.Open(folder["a.index"])).Problem);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hamming_between_float_vectors_is_refused(string kind)
    {
        var sample = NaiveVectors.Gaussian(20, 64, 1);
        AssertRefused(() => VectorIndexes.Create(kind, 5, Metric.Hamming));
        AssertRefused(() => BinaryCodec.Sign(64, 64).Measure(sample, Metric.Hamming));
        AssertRefused(() => VectorCodec.Scalar(64, 8).Measure(sample, Metric.Hamming));
        using var codes = new ExactCodeIndex(64);
        AssertRefused(() => new TwoStageSearch(BinaryCodec.Sign(64, 64), codes, (_, _) => false, Metric.Hamming));

        static void AssertRefused(Func<object?> make) => Assert.Contains("Hamming", Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, Metric.Cosine)]
    [InlineData("hnsw", Metric.L2)]
    [InlineData("ivf-flat", Metric.InnerProduct)]
    public void Arrays_are_indexed_and_searched_in_a_line(string? kind, Metric metric)
    {
        var random = new Random(1);
        var vectors = Enumerable.Range(0, 3000).Select(_ => Enumerable.Range(0, 6).Select(_ => random.NextSingle() - 0.5f).ToArray()).ToArray();
        var queries = vectors.Take(5).ToArray();
        var truth = queries.Select(query => Enumerable.Range(0, vectors.Length).OrderBy(i => Distance(query, vectors[i], metric)).Take(3).Select(i => (long)i).ToList()).ToList();

        using var index = VectorIndexes.Build(vectors, metric, kind);
        Assert.Equal(kind ?? "exact", index.Kind);
        Assert.Equal(truth[0], index.Search(queries[0], 3).Select(hit => hit.Id));
        Assert.Equal(truth, index.SearchBatch(queries, 3).Select(hits => hits.Select(hit => hit.Id).ToList()));
        using var flat = VectorIndexes.Build([.. vectors.SelectMany(vector => vector)], 6, metric);
        Assert.Equal(truth[1], flat.Search(queries[1], 3).Select(hit => hit.Id));

        index.Add([10_000, 10_001], [queries[0], queries[1]]);
        Assert.Equal(3002, index.Count);
        Assert.True(index.Contains(10_001));
        using var own = VectorIndexes.Build([70, 71], Matrix.FromRows([queries[0], queries[1]]), metric, kind);
        Assert.Equal([70L, 71L], own.Search(queries[0], 5).Select(hit => hit.Id).Order());
    }

    [Fact]
    public void Arrays_that_are_no_vectors_are_refused()
    {
        Assert.Throws<ArgumentException>(() => VectorIndexes.Build(Array.Empty<float[]>()));
        Assert.Contains("Vector 1 has 3", Assert.Throws<ArgumentException>(() => VectorIndexes.Build([[1f, 2], [1f, 2, 3]])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VectorIndexes.Build([1f, 2, 3], 2));
        Assert.Throws<ArgumentException>(() => VectorIndexes.Build([[1f, float.NaN]]));
        using var index = VectorIndexes.Build([[1f, 2]]);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2], [[1f, 2]]));
        index.Add([], []);
        Assert.Empty(index.SearchBatch(Array.Empty<float[]>(), 3));
    }

    private static double Distance(float[] a, float[] b, Metric metric)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
            (dot, aa, bb) = (dot + ((double)a[i] * b[i]), aa + ((double)a[i] * a[i]), bb + ((double)b[i] * b[i]));
        return metric switch
        {
            Metric.Cosine => 1 - (dot / Math.Sqrt(aa * bb)),
            Metric.L2 => aa + bb - (2 * dot),
            _ => -dot,
        };
    }

    [Fact]
    public void Unknown_kinds_are_refused_with_the_known_ones()
    {
        Assert.Contains("ivf-pq4", Assert.Throws<ArgumentException>(() => VectorIndexes.Create("quantum", 3, Metric.L2)).Message, StringComparison.Ordinal);
        Assert.Contains("mih", Assert.Throws<ArgumentException>(() => CodeIndexes.Create("exact", 64)).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        using (var index = new ExactVectorIndex(3, Metric.L2))
            index.Save(folder["a.index"]);
        Assert.Equal(IndexFileProblem.WrongKind, Assert.Throws<IndexFileException>(() => CodeIndexes.Open(folder["a.index"])).Problem);
    }

    [Fact]
    public void Chooser_scans_small_collections_and_takes_a_kind_it_knows_for_large_ones()
    {
        Assert.Equal("exact", VectorIndexes.Choose(0));
        Assert.Equal("exact", VectorIndexes.Choose(VectorIndexes.ExactUpTo));
        Assert.NotEqual("exact", VectorIndexes.Choose(VectorIndexes.ExactUpTo + 1));
        Assert.Contains(VectorIndexes.Choose(5_000_000), VectorIndexes.Kinds);
        Assert.Equal("exact-codes", CodeIndexes.Choose(CodeIndexes.ScanUpTo));
        Assert.Equal("mih", CodeIndexes.Choose(CodeIndexes.ScanUpTo + 1));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Target_recall_of_one_scans_single_and_in_batches(string kind)
    {
        var vectors = new Matrix(2000, 16);
        var random = new SeededRandom(1);
        foreach (ref var x in vectors.Span)
            x = (float)random.NextGaussian();
        var ids = Enumerable.Range(0, vectors.Rows).Select(i => (long)i).ToArray();
        using var index = VectorIndexes.Create(kind, 16, Metric.Cosine, new IndexBuildOptions { Threads = 1 });
        using var exact = new ExactVectorIndex(16, Metric.Cosine);
        index.Build(ids, vectors);
        exact.Build(ids, vectors);
        var all = new SearchOptions { TargetRecall = 1, Trace = new SearchTrace() };
        var queries = vectors.Slice(100, 20);
        for (var q = 0; q < queries.Rows; q++)
            Assert.Equal(exact.Search(queries.Row(q), 10), index.Search(queries.Row(q), 10, all));
        Assert.Equal((true, 0, 1f), (all.Trace!.Scanned, all.Trace.Effort, all.Trace.RecallEstimate));
        Assert.Equal(exact.SearchBatch(queries, 10).SelectMany(hits => hits.Select(hit => hit.Id)), index.SearchBatch(queries, 10, all).SelectMany(hits => hits.Select(hit => hit.Id)));
        // Another effort answers otherwise, or the scan above would prove nothing.
        Assert.True(kind == "exact" || Enumerable.Range(0, queries.Rows).Any(q => new SearchTrace() is var trace && index.Search(queries.Row(q), 10, new SearchOptions { Effort = 1, Trace = trace }).Count == 10 && !trace.Scanned));
    }

    [Fact]
    public void Tuning_ends_where_rows_are_all_alike()
    {
        // Ties of equal rows are broken by id, which no structure knows of: recall by id stays low whatever the effort.
        var vectors = new Matrix(3000, 8);
        for (var row = 0; row < vectors.Rows; row++)
            vectors.Row(row)[row % 3] = 1;
        using var index = new IvfFlatIndex(8, Metric.L2, new IvfOptions { Storage = VectorStorage.Float32, BuildThreads = 1 });
        index.Build([.. Enumerable.Range(0, vectors.Rows).Select(i => (long)i)], vectors);
        index.Tune(20);
        Assert.NotNull(index.RecallCurve);
        Assert.InRange(index.RecallCurve.Points.Count, 1, 100);
    }
}
