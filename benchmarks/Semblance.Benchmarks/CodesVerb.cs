using System.Diagnostics;
using System.Globalization;
using Semblance.Benchmarks.Codes;
using Semblance.Benchmarks.Figures;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// Search over bit codes: the scan's share of a plain read, multi-index hashing against the scan, and two stages against exact search.
/// What is compared takes turns, query by query, so that both feel the same load.
/// </summary>
internal sealed class CodesVerb : IBenchmarkVerb
{
    private const int PlainReadFloats = 16 << 20;
    private const int ScanWords = 8 << 20;

    public string Name => "codes";

    public string Summary => "bit codes: scan against memory bandwidth, multi-index hashing (--codes N --bits B --searches Q), two stages (--vectors F --queries F)";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--codes", "--bits", "--searches", "--seed", "--vectors", "--queries");
        var count = arguments.Number("--codes", 1_000_000);
        var bits = arguments.Number("--bits", 128);
        var searches = arguments.Number("--searches", 200);
        var seed = arguments.Number("--seed", 1);
        var table = new FigureTable(Name);
        table.Condition("kernels", VectorMath.InstructionSet);
        table.Condition("threads", 1);
        if (arguments.Text("--vectors") is { } vectors)
        {
            TwoStages(table, VectorFile.Read(vectors), VectorFile.Read(arguments.Required("--queries")));
        }
        else
        {
            table.Condition("codes", count);
            table.Condition("bits", bits);
            table.Condition("searches", searches);
            foreach (var width in new[] { 64, 128, 256 })
                Scan(table, width);
            var learned = new LearnedCodes(bits, seed);
            MultiIndex(table, "learned", bits, learned.Draw(count, seed + 1L), learned.Draw(searches, seed + 2L));
            MultiIndex(table, "uniform", bits, Uniform(count, bits, seed + 3L), Uniform(searches, bits, seed + 4L));
        }
        table.Print(arguments.Json);
        return 0;
    }

    private static void Scan(FigureTable table, int bits)
    {
        var codes = Uniform(ScanWords / (bits / 64), bits, 3);
        using var index = Filled(new ExactCodeIndex(bits), codes);
        var plain = new float[PlainReadFloats];
        plain.AsSpan().Fill(1);
        var shares = new List<double>();
        var rates = new List<double>();
        for (var i = -3; i < 31; i++)
        {
            var start = Stopwatch.GetTimestamp();
            index.Search(codes.AsSpan((i + 3) * 8, bits / 64), 10);
            var between = Stopwatch.GetTimestamp();
            MemoryBandwidth.Sum(plain);
            var end = Stopwatch.GetTimestamp();
            if (i < 0)
                continue;
            var scan = codes.Length * sizeof(ulong) / Stopwatch.GetElapsedTime(start, between).TotalSeconds;
            rates.Add(scan / 1e9);
            shares.Add(scan * Stopwatch.GetElapsedTime(between, end).TotalSeconds / (plain.Length * sizeof(float)));
        }
        table.Add($"scan, {bits} bits", rates, "GB/s", Invariant($"{codes.Length / (bits / 64) / 1e6:0.0} M codes, k = 10"));
        table.Add("  of a plain read", shares, "share");
        table.Add("  memory", index.Statistics.BytesTotal / (codes.Length * 8.0), "x the codes", "consecutive ids");
    }

    private static void MultiIndex(FigureTable table, string what, int bits, ulong[] codes, ulong[] queries)
    {
        var words = bits / 64;
        using var exact = Filled(new ExactCodeIndex(bits), codes);
        var start = Stopwatch.GetTimestamp();
        using var mih = Filled(new MihIndex(bits), codes);
        var built = Stopwatch.GetElapsedTime(start);
        table.Add($"mih, {what}: build", built.TotalSeconds, "s", "rows and tables");
        table.Add("  memory", mih.Statistics.BytesTotal / (codes.Length * 8.0), "x the codes");
        foreach (var k in new[] { 1, 10, 100 })
        {
            var scans = new List<double>();
            var led = new List<double>();
            var differing = 0;
            var scanned = 0;
            var visited = 0L;
            var farthest = 0f;
            for (var q = -3; q < queries.Length / words; q++)
            {
                var query = queries.AsSpan(Math.Max(q, 0) * words, words);
                var trace = new SearchTrace();
                var options = new SearchOptions { Trace = trace };
                var before = Stopwatch.GetTimestamp();
                var truth = exact.Search(query, k);
                var between = Stopwatch.GetTimestamp();
                var hits = mih.Search(query, k, options);
                var end = Stopwatch.GetTimestamp();
                if (q < 0)
                    continue;
                scans.Add(Stopwatch.GetElapsedTime(before, between).TotalMilliseconds);
                led.Add(Stopwatch.GetElapsedTime(between, end).TotalMilliseconds);
                differing += truth.SequenceEqual(hits) ? 0 : 1;
                scanned += trace.Scanned ? 1 : 0;
                visited += trace.Visited;
                farthest += hits[^1].Distance;
            }
            table.Add($"{what}, k = {k}: scan", scans, "ms");
            table.Add("  mih", led, "ms", Invariant($"{differing} answers differ, {scanned} of {led.Count} scanned, {visited / led.Count:N0} codes read, k-th at {farthest / led.Count:0.0} bits"));
            table.Add("  speed-up", scans.Sum() / led.Sum(), "x", Invariant($"all searches together; of medians {Spread.Of(scans).Median / Spread.Of(led).Median:0.0}"));
        }
    }

    private static void TwoStages(FigureTable table, Matrix vectors, Matrix queries)
    {
        const int K = 10;
        using var exact = new ExactVectorIndex(vectors.Columns, Metric.L2);
        exact.Build(Ids(vectors.Rows), vectors);
        queries = queries.Slice(0, Math.Min(queries.Rows, 200));
        var truth = exact.SearchBatch(queries, K);
        foreach (var codec in Codecs(vectors))
        {
            using var codes = Filled(new ExactCodeIndex(codec.Bits), codec.Encode(vectors));
            var search = new TwoStageSearch(codec, codes, exact);
            foreach (var shortlist in new[] { 10, 20, 50, 100, 200, 500, 1000 })
            {
                var times = new List<double>();
                var found = 0;
                for (var q = 0; q < queries.Rows; q++)
                {
                    var start = Stopwatch.GetTimestamp();
                    var hits = search.Search(queries.Row(q), K, shortlist);
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    found += hits.Count(hit => truth[q].Any(other => other.Id == hit.Id));
                }
                table.Add($"{codec.Name}, {codec.Bits} bits, shortlist {shortlist}", times, "ms", Invariant($"recall@10 {found / (double)(K * queries.Rows):0.0000}"));
            }
        }
    }

    private static IEnumerable<BinaryCodec> Codecs(Matrix vectors)
    {
        var sample = vectors.Slice(0, Math.Min(vectors.Rows, 20_000));
        foreach (var bits in new[] { 64, 128, 256 })
        {
            yield return BinaryCodec.Sign(sample, bits);
            if (bits <= vectors.Columns)
                yield return BinaryCodec.Itq(sample, bits);
        }
    }

    private static T Filled<T>(T index, ulong[] codes)
        where T : ICodeIndex
    {
        index.Build(Ids(codes.Length / (index.Bits / 64)), codes);
        return index;
    }

    private static long[] Ids(int count)
    {
        var ids = new long[count];
        for (var i = 0; i < count; i++)
            ids[i] = i;
        return ids;
    }

    private static ulong[] Uniform(int count, int bits, long seed)
    {
        var random = new SeededRandom(seed);
        var codes = new ulong[(long)count * (bits / 64)];
        foreach (ref var word in codes.AsSpan())
            word = random.NextUInt64();
        return codes;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
