using System.Diagnostics;
using System.Globalization;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>Recall and speed of the graph on vectors in files, at rising efforts; then with filters and after changes.</summary>
internal sealed class GraphVerb : IBenchmarkVerb
{
    private const int K = 10;
    private const int Rounds = 5;

    public string Name => "graph";

    public string Summary => "recall@10 and searches a second of the graph: --base F --query F --truth F [--ef 32,64] [--m 16] [--construction 80] [--threads 1] [--changes 30] [--filters 1]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--base", "--query", "--truth", "--ef", "--m", "--construction", "--threads", "--changes", "--filters", "--metric");
        var vectors = VectorFile.Read(arguments.Required("--base"));
        var queries = VectorFile.Read(arguments.Required("--query"));
        var truth = TrueNeighbours(arguments.Required("--truth"));
        var efforts = (arguments.Text("--ef") ?? "16,24,32,48,64,96,128,192,256").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var metric = Enum.Parse<Metric>(arguments.Text("--metric") ?? nameof(Metric.L2), ignoreCase: true);
        var options = new HnswOptions
        {
            M = arguments.Number("--m", 16),
            EfConstruction = arguments.Number("--construction", new HnswOptions().EfConstruction),
            BuildThreads = arguments.Number("--threads", 1),
        };
        using var index = new HnswIndex(vectors.Columns, metric, options);
        var ids = Enumerable.Range(0, vectors.Rows).Select(row => (long)row).ToArray();
        Built(index, ids, vectors);
        Sweep(index, queries, truth, efforts);
        if (arguments.Text("--filters") is not null)
            Filters(index, vectors, queries, metric);
        if (arguments.Text("--changes") is not null)
            Changes(index, ids, vectors, queries, truth, efforts, arguments.Number("--changes", 30));
        return 0;
    }

    private static void Built(HnswIndex index, long[] ids, Matrix vectors)
    {
        var cpu = Cpu();
        var watch = Stopwatch.StartNew();
        index.Build(ids, vectors);
        var statistics = index.Statistics;
        Console.WriteLine(
            $"build {watch.Elapsed.TotalSeconds:0.0} s, CPU {Cpu() - cpu:0.0} s; {statistics.BytesPerVector:0} bytes a vector, {(double)statistics.BytesTotal / statistics.Count:0} with tables");
    }

    private static void Sweep(HnswIndex index, Matrix queries, int[][] truth, int[] efforts)
    {
        foreach (var effort in efforts)
        {
            var options = new SearchOptions { Effort = effort };
            var best = double.PositiveInfinity;
            var found = 0;
            for (var round = 0; round < Rounds; round++)
            {
                found = 0;
                var start = Stopwatch.GetTimestamp();
                for (var q = 0; q < queries.Rows; q++)
                {
                    foreach (var hit in index.Search(queries.Row(q), K, options))
                        found += truth[q].AsSpan(0, K).Contains((int)hit.Id) ? 1 : 0;
                }
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            Console.WriteLine($"ef {effort,4}  recall@10 {found / (double)(queries.Rows * K):0.0000}  {queries.Rows / best,8:0} searches/s");
        }
    }

    private static void Filters(HnswIndex index, Matrix vectors, Matrix queries, Metric metric)
    {
        using var exact = new ExactVectorIndex(vectors.Columns, metric, VectorStorage.Byte);
        exact.Build([.. Enumerable.Range(0, vectors.Rows).Select(row => (long)row)], vectors);
        var asked = Math.Min(queries.Rows, 200);
        foreach (var share in new[] { 0.5, 0.1, 0.01, 0.001 })
        {
            var random = new SeededRandom(7);
            var allowed = new IdBitmap();
            for (var row = 0; row < vectors.Rows; row++)
            {
                if (random.NextDouble() < share)
                    allowed.Add(row);
            }
            foreach (var (what, options) in new[]
            {
                ("set", new SearchOptions { Allowed = allowed, Effort = 64 }),
                ("predicate", new SearchOptions { Filter = allowed.Contains, Effort = 64 }),
            })
            {
                var found = 0;
                double graph = 0, scan = 0;
                var scanned = 0;
                for (var q = 0; q < asked; q++)
                {
                    var trace = new SearchTrace();
                    var start = Stopwatch.GetTimestamp();
                    var hits = index.Search(queries.Row(q), K, options with { Trace = trace });
                    var between = Stopwatch.GetTimestamp();
                    var right = exact.Search(queries.Row(q), K, options);
                    scan += Stopwatch.GetElapsedTime(between).TotalMicroseconds;
                    graph += Stopwatch.GetElapsedTime(start, between).TotalMicroseconds;
                    scanned += trace.Scanned ? 1 : 0;
                    found += hits.Count(hit => right.Any(other => other.Id == hit.Id));
                }
                Console.WriteLine($"{share,6:0.0%} by {what,-9} recall {found / (double)(asked * K):0.000}  graph {graph / asked,7:0} µs ({scanned / (double)asked:0%} scanned)  scan {scan / asked,7:0} µs");
            }
        }
    }

    private static void Changes(HnswIndex index, long[] ids, Matrix vectors, Matrix queries, int[][] truth, int[] efforts, int percent)
    {
        // The same rows go and come back, so that the truth stays the truth.
        var random = new SeededRandom(9);
        var gone = ids.Where(_ => random.NextInt(100) < percent).ToArray();
        var again = new Matrix(gone.Length, vectors.Columns);
        for (var i = 0; i < gone.Length; i++)
            vectors.Row((int)gone[i]).CopyTo(again.Row(i));
        var cpu = Cpu();
        foreach (var id in gone)
            index.Remove(id);
        index.Compact();
        var removed = Cpu();
        const int Batch = 100;
        for (var start = 0; start < gone.Length; start += Batch)
        {
            var count = Math.Min(Batch, gone.Length - start);
            index.Add(gone.AsSpan(start, count), again.Slice(start, count));
        }
        Console.WriteLine($"{percent} % removed and compacted in {removed - cpu:0.0} s CPU, added again in {Cpu() - removed:0.0} s ({gone.Length / (Cpu() - removed):0} rows/s)");
        Sweep(index, queries, truth, efforts);
    }

    private static int[][] TrueNeighbours(string path)
    {
        using var file = VectorFile.Open(path);
        return [.. file.ReadIntegers(0, (int)file.Rows).Select(id => (int)id).Chunk(file.Columns)];
    }

    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
