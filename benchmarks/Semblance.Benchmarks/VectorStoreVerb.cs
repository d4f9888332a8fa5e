using System.Diagnostics;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;
using Semblance.Benchmarks.Figures;
using Semblance.Index;
using Semblance.VectorData;

namespace Semblance.Benchmarks;

/// <summary>What the abstraction for vector stores costs over the index below it, and what filters, writes and openings of a store take.</summary>
internal sealed class VectorStoreVerb : IBenchmarkVerb
{
    private const int Dimension = 128;
    private const int Top = 10;
    private const int BatchSize = 500;
    private const int Singles = 200;

    public string Name => "vector-store";

    public string Summary => "a store in a folder beside the index below it: [--rows 20000] [--searches 400]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--rows", "--searches");
        var rows = arguments.Number("--rows", 20_000);
        var searches = arguments.Number("--searches", 400);
        var random = new Random(1);
        var vectors = Enumerable.Range(0, rows).Select(_ => Vector(random)).ToArray();
        var queries = Enumerable.Range(0, searches).Select(_ => Vector(random)).ToArray();
        using var folder = new TemporaryFolder();
        var table = new FigureTable(Name);
        table.Condition("rows", rows);
        table.Condition("dimension", Dimension);
        MeasureAsync(folder.Combine("store"), vectors, queries, table).GetAwaiter().GetResult();
        table.Print(arguments.Json);
        return 0;
    }

    private static async Task MeasureAsync(string folder, float[][] vectors, float[][] queries, FigureTable table)
    {
        using (var store = SemblanceVectorStore.Open(folder))
        {
            var collection = store.GetCollection<long, Item>("items");
            await collection.EnsureCollectionExistsAsync();
            var clock = Stopwatch.StartNew();
            for (var start = 0; start < vectors.Length; start += BatchSize)
                await collection.UpsertAsync(Enumerable.Range(start, Math.Min(BatchSize, vectors.Length - start)).Select(i => new Item { Id = i, Number = i, Vector = vectors[i] }));
            table.Add($"records/s written, {BatchSize} a batch", vectors.Length / clock.Elapsed.TotalSeconds, "");
            clock.Restart();
            for (var i = 0; i < Singles; i++)
                await collection.UpsertAsync(new Item { Id = i, Number = i, Vector = vectors[i] });
            table.Add("records/s written one by one", Singles / clock.Elapsed.TotalSeconds, "");

            using var index = VectorIndexes.Build(vectors);
            table.Condition("kind", index.Kind);
            double[] below = new double[queries.Length], plain = new double[queries.Length], half = new double[queries.Length], few = new double[queries.Length], all = new double[queries.Length];
            for (var q = 0; q < queries.Length; q++)
            {
                var query = queries[q];
                below[q] = Microseconds(() => index.Search(query, Top));
                plain[q] = await MicrosecondsAsync(collection, query, null);
                half[q] = await MicrosecondsAsync(collection, query, item => item.Number % 2 == 0);
                few[q] = await MicrosecondsAsync(collection, query, item => item.Number % 100 == 0);
                if (q % 20 == 0)
                    all[q] = Microseconds(() => collection.GetAsync(item => item.Number == 7, 1).ToBlockingEnumerable().Count());
            }
            table.Add("a search of the index, median", Median(below), "µs");
            table.Add("of the collection", Median(plain), "µs");
            table.Add("with a filter that half of the rows pass", Median(half), "µs");
            table.Add("with one that a hundredth pass", Median(few), "µs");
            table.Add("GetAsync by a filter over all rows", Median([.. all.Where(time => time > 0)]), "µs");
        }
        var opening = Stopwatch.StartNew();
        using var again = SemblanceVectorStore.Open(folder);
        await again.GetCollection<long, Item>("items").SearchAsync(queries[0], Top).CountAsync();
        table.Add("opening the store and its first answer", opening.Elapsed.TotalMilliseconds, "ms");
    }

    private static async Task<double> MicrosecondsAsync(VectorStoreCollection<long, Item> collection, float[] query, Expression<Func<Item, bool>>? filter)
    {
        var clock = Stopwatch.StartNew();
        await collection.SearchAsync(query, Top, new VectorSearchOptions<Item> { Filter = filter }).CountAsync();
        return clock.Elapsed.TotalMicroseconds;
    }

    private static double Microseconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalMicroseconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static float[] Vector(Random random) => [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - 0.5f)];

    private sealed class Item
    {
        [VectorStoreKey]
        public long Id { get; set; }

        [VectorStoreData]
        public int Number { get; set; }

        [VectorStoreVector(Dimension)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }
}
