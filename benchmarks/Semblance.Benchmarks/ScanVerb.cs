using System.Diagnostics;
using System.Globalization;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// Scans of every storage against the memory bandwidth, and batches against the arithmetic peak, of the same run: scan and yardstick
/// take turns, so that both feel the same load. Indexes and the array that is read are far larger than the caches.
/// </summary>
internal sealed class ScanVerb : IBenchmarkVerb
{
    private const int Repeats = 31;
    private const int BatchRepeats = 9;
    private const int Warmups = 3;
    private const int TargetBytes = 128 << 20;
    private const int Rows = 100_000;
    private const int Dimension = 128;
    private const int K = 10;

    public string Name => "scan";

    public string Summary => "exact scans of 128-d vectors in every storage, one thread, with their share of memory bandwidth or FMA peak";

    public int Run(string[] args)
    {
        var vectors = Gaussian(Rows, 1);
        var queries = Gaussian(256, 2);
        var plain = new float[TargetBytes / sizeof(float)];
        Array.Fill(plain, 1);
        Console.WriteLine($"128-d, k = {K}, one thread, kernels {VectorMath.InstructionSet}, medians of {Repeats} and {BatchRepeats}");
        Console.WriteLine($"{"search",-30} {"rows",9} {"ms/query",9} {"GB/s",7} {"read GB/s",10} {"share",6}");
        foreach (var storage in Enum.GetValues<VectorStorage>())
        {
            foreach (var metric in new[] { Metric.Cosine, Metric.L2 })
            {
                using var index = Filled(vectors, metric, storage);
                Single($"{storage} {metric}", index, queries, plain);
                if (storage == VectorStorage.Float32 && metric == Metric.Cosine)
                    Mapped(index, queries, plain);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{"batch",-30} {"rows",9} {"ms/query",9} {"GFLOP/s",8} {"peak",8} {"share",6}");
        foreach (var metric in new[] { Metric.Cosine, Metric.L2 })
        {
            using var index = Once(vectors, metric);
            foreach (var size in new[] { 32, 128, 256 })
                Batch($"Float32 {metric}, {size} queries", index, queries, size);
        }
        return 0;
    }

    private static Matrix Gaussian(int rows, long seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new Matrix(rows, Dimension);
        foreach (ref var x in matrix.Span)
            x = (float)random.NextGaussian();
        return matrix;
    }

    private static ExactVectorIndex Once(Matrix vectors, Metric metric)
    {
        var index = new ExactVectorIndex(Dimension, metric);
        index.Build([.. Enumerable.Range(0, vectors.Rows).Select(row => (long)row)], vectors);
        return index;
    }

    // The same vectors under new ids until the rows outgrow the caches: a scan reads them all the same.
    private static ExactVectorIndex Filled(Matrix vectors, Metric metric, VectorStorage storage)
    {
        var index = new ExactVectorIndex(vectors.Columns, metric, storage);
        for (var first = 0L; first * index.Statistics.BytesPerVector < TargetBytes; first += vectors.Rows)
            index.Add([.. Enumerable.Range(0, vectors.Rows).Select(row => first + row)], vectors);
        return index;
    }

    private static void Mapped(ExactVectorIndex index, Matrix queries, float[] plain)
    {
        var path = Path.GetTempFileName();
        index.Save(path);
        using (var mapped = ExactVectorIndex.Open(path))
            Single($"{index.Storage} {index.Metric}, mapped", mapped, queries, plain);
        File.Delete(path);
    }

    private static void Single(string what, ExactVectorIndex index, Matrix queries, float[] plain)
    {
        var (scan, read) = InTurns(Repeats, i => index.Search(queries.Row(i % queries.Rows), K), () => MemoryBandwidth.Sum(plain));
        // The ids are not read.
        var rate = index.Count * (index.Statistics.BytesPerVector - sizeof(long)) / scan / 1e9;
        var bandwidth = (double)plain.Length * sizeof(float) / read / 1e9;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-30} {index.Count,9:N0} {scan * 1e3,9:0.000} {rate,7:0.0} {bandwidth,10:0.0} {rate / bandwidth,6:0%}"));
    }

    private static void Batch(string what, ExactVectorIndex index, Matrix queries, int size)
    {
        var batch = Matrix.FromRows([.. Enumerable.Range(0, size).Select(q => queries.Row(q).ToArray())]);
        var (scan, run) = InTurns(BatchRepeats, _ => index.SearchBatch(batch, K), () => ArithmeticPeak.Run());
        var rate = 2.0 * index.Count * index.Dimension * size / scan / 1e9;
        var peak = ArithmeticPeak.Operations / run / 1e9;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-30} {index.Count,9:N0} {scan / size * 1e3,9:0.000} {rate,8:0.0} {peak,8:0.0} {rate / peak,6:0%}"));
    }

    /// <summary>Median seconds of the scan and of its yardstick.</summary>
    private static (double Scan, double Yardstick) InTurns(int repeats, Func<int, object> scan, Func<float> yardstick)
    {
        var scans = new double[repeats];
        var yards = new double[repeats];
        for (var i = -Warmups; i < repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            scan(i + Warmups);
            var between = Stopwatch.GetTimestamp();
            yardstick();
            var end = Stopwatch.GetTimestamp();
            if (i < 0)
                continue;
            scans[i] = Stopwatch.GetElapsedTime(start, between).TotalSeconds;
            yards[i] = Stopwatch.GetElapsedTime(between, end).TotalSeconds;
        }
        Array.Sort(scans);
        Array.Sort(yards);
        return (scans[repeats / 2], yards[repeats / 2]);
    }
}
