using System.Diagnostics;
using Semblance.Benchmarks.Figures;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>How soon an opened index answers, and how fast it is from the mapped file, after warming, and in the process that built it.</summary>
internal sealed class OpenVerb : IBenchmarkVerb
{
    private const int K = 10;

    public string Name => "open";

    public string Summary => "opening an index from its file: --base F.fbin --query F.fbin [--kind hnsw] [--effort 64] [--rounds 3]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--base", "--query", "--kind", "--effort", "--rounds");
        var kind = arguments.Text("--kind") ?? HnswIndex.KindName;
        var options = new SearchOptions { Effort = arguments.Number("--effort", 64) };
        var rounds = arguments.Number("--rounds", 3);
        var queries = VectorFile.Read(arguments.Required("--query"));
        using var folder = new TemporaryFolder();
        var path = folder.Combine("a.index");
        var table = new FigureTable(Name);
        table.Condition("kind", kind);
        table.Condition("effort", options.Effort!.Value);
        double built;
        using (var index = Built(kind, arguments.Required("--base"), table))
        {
            built = Rate(index, queries, options, rounds);
            table.Add("searches/s where it was built", built, "");
            index.Save(path);
        }
        table.Add("file", new FileInfo(path).Length / 1e6, "MB");
        GC.Collect();
        // Once before, so that no code is compiled while the clock runs; the next opening maps the file anew.
        using (var warmUp = VectorIndexes.Open(path))
            warmUp.Search(queries.Row(1), K, options);
        var clock = Stopwatch.StartNew();
        using var opened = VectorIndexes.Open(path);
        opened.Search(queries.Row(0), K, options);
        table.Add("open and first answer, file in the page cache", clock.Elapsed.TotalMilliseconds, "ms");
        var mapped = Rate(opened, queries, options, rounds);
        table.Add("searches/s from the mapped file", mapped, "");
        table.Add("of those where it was built", 100 * mapped / built, "%");
        clock.Restart();
        opened.Warm();
        table.Add("warming", clock.Elapsed.TotalMilliseconds, "ms");
        var warmed = Rate(opened, queries, options, rounds);
        table.Add("searches/s warmed", warmed, "");
        table.Add("of those where it was built, warmed", 100 * warmed / built, "%");
        table.Print(arguments.Json);
        return 0;
    }

    private static VectorIndex Built(string kind, string file, FigureTable table)
    {
        var vectors = VectorFile.Read(file);
        var index = VectorIndexes.Create(kind, vectors.Columns, Metric.L2, new IndexBuildOptions { Storage = VectorStorage.Byte });
        var clock = Stopwatch.StartNew();
        index.Build([.. Enumerable.Range(0, vectors.Rows).Select(row => (long)row)], vectors);
        table.Condition("rows", vectors.Rows);
        table.Add("build", clock.Elapsed.TotalSeconds, "s");
        return index;
    }

    private static double Rate(VectorIndex index, Matrix queries, SearchOptions options, int rounds)
    {
        var rates = new double[rounds];
        for (var round = -1; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var q = 0; q < queries.Rows; q++)
                index.Search(queries.Row(q), K, options);
            if (round >= 0)
                rates[round] = queries.Rows / clock.Elapsed.TotalSeconds;
        }
        Array.Sort(rates);
        return rates[rounds / 2];
    }
}
