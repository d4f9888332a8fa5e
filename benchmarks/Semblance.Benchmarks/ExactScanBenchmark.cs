using BenchmarkDotNet.Attributes;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>Exact search over 100,000 × 128 floats (51 MB, beyond the caches), beside a plain read of as many bytes.</summary>
[MemoryDiagnoser]
public class ExactScanBenchmark
{
    internal const int Rows = 100_000;
    internal const int Dimension = 128;
    internal const int K = 10;

    private readonly Matrix _vectors = Gaussian(Rows, 1);
    private readonly Matrix _queries = Gaussian(64, 2);
    private ExactVectorIndex _index = null!;

    [Params(Metric.Cosine, Metric.L2)]
    public Metric Metric { get; set; }

    [GlobalSetup]
    public void Fill() => _index = Filled(_vectors, Metric);

    [GlobalCleanup]
    public void Drop() => _index.Dispose();

    [Benchmark(Baseline = true)]
    public float PlainRead() => MemoryBandwidth.Sum(_vectors.Span);

    [Benchmark]
    public int Single() => _index.Search(_queries.Row(0), K).Count;

    [Benchmark]
    public int Batch() => _index.SearchBatch(_queries, K).Length;

    internal static Matrix Gaussian(int rows, long seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new Matrix(rows, Dimension);
        foreach (ref var x in matrix.Span)
            x = (float)random.NextGaussian();
        return matrix;
    }

    internal static ExactVectorIndex Filled(Matrix vectors, Metric metric)
    {
        var index = new ExactVectorIndex(Dimension, metric);
        index.Build([.. Enumerable.Range(0, vectors.Rows).Select(row => (long)row)], vectors);
        return index;
    }
}
