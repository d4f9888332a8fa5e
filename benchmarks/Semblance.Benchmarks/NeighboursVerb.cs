using System.Globalization;
using System.Numerics.Tensors;
using Semblance.Benchmarks.Figures;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// The nearest other rows of all rows (duplicates, votes, clusters): processor time a row of the graph, from the row's own node and by a
/// search from outside, beside a scan of all pairs. What is compared takes turns.
/// </summary>
internal sealed class NeighboursVerb : IBenchmarkVerb
{
    private const int Rounds = 5;
    private const int Scanned = 100;
    private const int Judged = 500;
    private const int LatentDimension = 24;
    private const int RowsPerCluster = 40;

    public string Name => "neighbours";

    public string Summary => "processor time of the nearest other rows of every row: [--rows 50000] [--dimension 384] [--k 10] [--asked 5000] [--effort N] [--data clustered|gaussian] [--within 0.03]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--rows", "--dimension", "--k", "--asked", "--effort", "--data", "--within");
        var k = arguments.Number("--k", 10);
        var dimension = arguments.Number("--dimension", 384);
        var data = arguments.Text("--data") ?? "clustered";
        var options = new SearchOptions
        {
            Effort = arguments.Text("--effort") is null ? null : arguments.Number("--effort", 1),
            MaxDistance = arguments.Text("--within") is { } within ? float.Parse(within, CultureInfo.InvariantCulture) : null,
        };
        var table = new FigureTable(Name);
        table.Condition("kernels", VectorMath.InstructionSet);
        table.Condition("dimension", dimension);
        table.Condition("k", k);
        table.Condition("data", data);
        table.Condition("threads", 1);
        foreach (var rows in (arguments.Text("--rows") ?? "50000").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
            Measure(table, data == "gaussian" ? Gaussian(rows, dimension) : Clustered(rows, dimension), k, Math.Min(rows, arguments.Number("--asked", 5000)), options);
        table.Print(arguments.Json);
        return 0;
    }

    private static void Measure(FigureTable table, Matrix vectors, int k, int asked, SearchOptions options)
    {
        var ids = Enumerable.Range(0, vectors.Rows).Select(row => (long)row).ToArray();
        using var exact = new ExactVectorIndex(vectors.Columns, Metric.Cosine);
        exact.Build(ids, vectors);
        using var graph = new HnswIndex(vectors.Columns, Metric.Cosine);
        var before = Cpu();
        graph.Build(ids, vectors);
        var built = Cpu() - before;
        if (options.Effort is null)
            graph.Tune();
        // Any row may be asked for; which does not matter, but they must not lie together in memory.
        new SeededRandom(5).Shuffle<long>(ids);
        var some = ids[..asked];
        var judged = ids[..Math.Min(Judged, asked)];
        var truth = exact.NeighboursOf(judged, k, options);
        var queries = new Matrix(asked, vectors.Columns);
        for (var q = 0; q < asked; q++)
            vectors.Row((int)some[q]).CopyTo(queries.Row(q));

        var keys = new float[vectors.Rows];
        List<double> pairs = [], batches = [], scans = [], searches = [], neighbours = [];
        IReadOnlyList<Hit>[] found = [], searched = [];
        for (var round = 0; round < Rounds; round++)
        {
            pairs.Add(PerRow(Scanned, () =>
            {
                for (var q = 0; q < Scanned; q++)
                    VectorMath.DotRows(queries.Row(q), vectors.Span, keys);
            }));
            batches.Add(PerRow(judged.Length, () => exact.NeighboursOf(judged, k, options)));
            searches.Add(PerRow(asked, () => searched = graph.SearchBatch(queries, k + 1, options)));
            neighbours.Add(PerRow(asked, () => found = graph.NeighboursOf(some, k, options)));
        }
        var others = searched.Select((hits, q) => hits.Where(hit => hit.Id != some[q]).Take(k)).ToArray();
        table.Add($"{vectors.Rows:N0} rows: build of the graph", built / vectors.Rows * 1e6, "µs/row");
        table.Add("  scan of all pairs", pairs, "µs/row", "VectorMath.DotRows");
        table.Add("  exact kind", batches, "µs/row", $"{pairs.Sum() / batches.Sum():0.0} times faster than the scan");
        table.Add("  searches from outside", searches, "µs/row", $"recall {Recall(others, truth):0.0000}");
        foreach (var share in new[] { 0.1, 0.001 })
            Filtered(table, exact, graph, queries.Slice(0, judged.Length), k, share, options);
        table.Add("  from the row's own node", neighbours, "µs/row", $"recall {Recall(found, truth):0.0000}; {pairs.Sum() / neighbours.Sum():0.0} times faster than the scan");
    }

    // Searches that a bitmap lets a share of the rows through, beside those without it.
    private static void Filtered(FigureTable table, ExactVectorIndex exact, HnswIndex graph, Matrix queries, int k, double share, SearchOptions options)
    {
        var random = new SeededRandom(7);
        var allowed = new IdBitmap();
        allowed.AddRange([.. Enumerable.Range(0, (int)exact.Count).Where(_ => random.NextDouble() < share).Select(row => (long)row)]);
        var filtered = options with { Allowed = allowed };
        var truth = exact.SearchBatch(queries, k, filtered);
        List<double> plain = [], led = [];
        IReadOnlyList<Hit>[] found = [];
        for (var round = 0; round < Rounds; round++)
        {
            plain.Add(PerRow(queries.Rows, () => graph.SearchBatch(queries, k, options)));
            led.Add(PerRow(queries.Rows, () =>
            {
                // One by one, as they come in.
                found = [.. Enumerable.Range(0, queries.Rows).Select(q => graph.Search(queries.Row(q), k, filtered))];
            }));
        }
        table.Add($"  search, {share:0.0%} pass", led, "µs/search", $"recall {Recall(found, truth):0.0000}; {led.Sum() / plain.Sum():0.00} times as long as without a filter");
    }

    private static double PerRow(int rows, Action action)
    {
        var before = Cpu();
        action();
        return (Cpu() - before) / rows * 1e6;
    }

    private static double Recall(IEnumerable<Hit>[] found, IReadOnlyList<Hit>[] truth)
    {
        double hits = 0, wanted = 0;
        for (var q = 0; q < truth.Length; q++)
        {
            var right = truth[q].Select(hit => hit.Id).ToHashSet();
            wanted += right.Count;
            hits += found[q].Count(hit => right.Contains(hit.Id));
        }
        return wanted == 0 ? 1 : hits / wanted;
    }

    // As embeddings are: clusters in few directions, and a little noise in all.
    private static Matrix Clustered(int rows, int dimension)
    {
        var random = new SeededRandom(1);
        var directions = Gaussian(LatentDimension, dimension);
        var centres = new float[Math.Max(1, rows / RowsPerCluster), LatentDimension];
        for (var c = 0; c < centres.GetLength(0); c++)
        {
            for (var i = 0; i < LatentDimension; i++)
                centres[c, i] = (float)random.NextGaussian();
        }
        var vectors = new Matrix(rows, dimension);
        for (var row = 0; row < rows; row++)
        {
            var centre = random.NextInt(centres.GetLength(0));
            var vector = vectors.Row(row);
            foreach (ref var x in vector)
                x = 0.05f * (float)random.NextGaussian();
            for (var i = 0; i < LatentDimension; i++)
                TensorPrimitives.MultiplyAdd(directions.Row(i), centres[centre, i] + (0.5f * (float)random.NextGaussian()), vector, vector);
        }
        return vectors;
    }

    private static Matrix Gaussian(int rows, int dimension)
    {
        var random = new SeededRandom(2);
        var vectors = new Matrix(rows, dimension);
        foreach (ref var x in vectors.Span)
            x = (float)random.NextGaussian();
        return vectors;
    }

    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
