using System.Diagnostics;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// Exact search over 100,000 × 128 floats against the memory bandwidth of the same run: scans and plain reads take turns, so that
/// both feel the same load.
/// </summary>
internal sealed class ScanVerb : IBenchmarkVerb
{
    private const int Repeats = 61;
    private const int BatchRepeats = 7;

    public string Name => "scan";

    public string Summary => "exact search over 100,000 x 128, one thread, with its fraction of memory bandwidth";

    public int Run(string[] args)
    {
        var vectors = ExactScanBenchmark.Gaussian(ExactScanBenchmark.Rows, 1);
        var queries = ExactScanBenchmark.Gaussian(64, 2);
        var bytes = (double)ExactScanBenchmark.Rows * ExactScanBenchmark.Dimension * sizeof(float);
        Console.WriteLine($"{ExactScanBenchmark.Rows:N0} x {ExactScanBenchmark.Dimension}, k = {ExactScanBenchmark.K}, one thread, kernels {VectorMath.InstructionSet}, median of {Repeats}");
        Console.WriteLine($"{"search",-24} {"ms/query",9} {"GB/s",7} {"plain read GB/s",16} {"fraction",9}");
        foreach (var metric in new[] { Metric.Cosine, Metric.L2 })
        {
            using var index = ExactScanBenchmark.Filled(vectors, metric);
            Print($"exact {metric}", bytes, () => vectors.Span, q => index.Search(queries.Row(q % queries.Rows), ExactScanBenchmark.K));
            if (metric == Metric.Cosine)
            {
                var path = Path.GetTempFileName();
                index.Save(path);
                using (var mapped = ExactVectorIndex.Open(path))
                    Print($"exact {metric}, mapped", bytes, () => vectors.Span, q => mapped.Search(queries.Row(q % queries.Rows), ExactScanBenchmark.K));
                File.Delete(path);
            }
            var batch = Median(BatchRepeats, _ => index.SearchBatch(queries, ExactScanBenchmark.K)) / queries.Rows;
            Console.WriteLine($"{$"exact {metric}, batch {queries.Rows}",-24} {batch * 1e3,9:0.000} {bytes / batch / 1e9,7:0.0}");
        }

        foreach (var bits in new[] { 64, 256 })
        {
            var random = new SeededRandom(3);
            var codes = new ulong[8_000_000];
            foreach (ref var word in codes.AsSpan())
                word = random.NextUInt64();
            using var index = new ExactCodeIndex(bits);
            var rows = codes.Length / (bits / 64);
            index.Build([.. Enumerable.Range(0, rows).Select(row => (long)row)], codes);
            Print($"{rows / 1e6:0.0} M codes of {bits} bits", codes.Length * 8.0, () => vectors.Span, q => index.Search(codes.AsSpan(q * 4, bits / 64), ExactScanBenchmark.K));
        }
        return 0;
    }

    private static void Print(string what, double bytes, Func<ReadOnlySpan<float>> plain, Func<int, object> search)
    {
        var scans = new double[Repeats];
        var reads = new double[Repeats];
        for (var i = -5; i < Repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            search(i + 5);
            var between = Stopwatch.GetTimestamp();
            MemoryBandwidth.Sum(plain());
            var end = Stopwatch.GetTimestamp();
            if (i < 0)
                continue;
            scans[i] = Stopwatch.GetElapsedTime(start, between).TotalSeconds;
            reads[i] = Stopwatch.GetElapsedTime(between, end).TotalSeconds;
        }
        Array.Sort(scans);
        Array.Sort(reads);
        var scan = scans[Repeats / 2];
        var rate = bytes / scan / 1e9;
        var bandwidth = plain().Length * sizeof(float) / reads[Repeats / 2] / 1e9;
        Console.WriteLine($"{what,-24} {scan * 1e3,9:0.000} {rate,7:0.0} {bandwidth,16:0.0} {rate / bandwidth,9:0%}");
    }

    private static double Median(int repeats, Func<int, object> action)
    {
        var seconds = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action(i);
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[repeats / 2];
    }
}
