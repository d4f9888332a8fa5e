using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Index;
using Semblance.Lab;
using Semblance.Reports;
using Semblance.Reports.Pages;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class LabAnnVerb : Verb
{
    private const string MetricNames = "l2|cosine|ip|hamming";

    private readonly Setting<string?> _base = Setting.Text("base", "FILE", "Vectors to search: " + string.Join(' ', VectorFile.Extensions));

    private readonly Setting<string?> _query = Setting.Text("query", "FILE", "Vectors to ask with, of the same length");

    private readonly Setting<string?> _truth = Setting.Text("truth", "FILE", "Rows of the true neighbours of every query (.ivecs, .ibin or .npy); found by exact search when left away");

    private readonly Setting<string> _metric = Setting.Parsed("metric", MetricNames, "Distance (default: l2)", "l2", "one of " + MetricNames.Replace("|", ", ", StringComparison.Ordinal), text => (MetricNames.Split('|').Contains(text), text));

    private readonly Setting<string?> _kinds = Setting.Text("kinds", "A,B", "Kinds of index (default: all that the distance allows)");

    private readonly Setting<IReadOnlyList<double>> _targets = Setting.Parsed<IReadOnlyList<double>>("target-recall", ".9,.95,.99", "Measure only the least effort that reaches each recall@10 (default: every setting)", [], "numbers above 0 and up to 1 with commas between, e.g. .9,.95,.99", ReadTargets);

    private readonly Setting<int> _k = Setting.WholeNumber("k", "Neighbours to ask for (default: 10)", 10, 1, "-k");

    private readonly Setting<int> _queries = Setting.WholeNumber("queries", "Ask at most so many of the queries", int.MaxValue, 1);

    private readonly Setting<int> _rounds = Setting.WholeNumber("rounds", "Rounds of which the median time is printed (default: 3)", 3, 1);

    private readonly Setting<string?> _peers = Setting.Text("peers", "FILE", "Lines that benchmarks/peers/ann/run.sh printed, to show beside");

    private readonly Setting<string?> _output = Setting.Text("output", "FILE", "Write a page to look at to a file (--format html)", "-o");

    public override IReadOnlyList<Setting> Settings => [_base, _query, _truth, _metric, _kinds, _targets, _k, _queries, _rounds, _peers, _output];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv, OutputFormat.Html];

    public override string Details => $"""
        Each row is one setting: recall of all queries (recall@100 asks for 100 at the same setting), answers a second of one
        and of two threads and the latencies of single searches for k neighbours, what the build took, and the bytes it holds.
        Kinds of vectors: {string.Join(", ", AnnData.KindsOfVectors)}. Kinds of bit codes (--metric hamming; rows of
        bytes): {string.Join(", ", AnnData.KindsOfCodes)}. --threads is for the build; it also finds the truth.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance lab ann --base sift.fvecs --query query.fvecs --truth truth.ivecs", "Every setting of every kind"),
        ("semblance lab ann --base b.npy --query q.npy --metric cosine --kinds ivf-pq4 --target-recall .95,.99", "The setting for a recall, and what it costs"),
        ("semblance lab ann --base b.fbin --query q.fbin --peers peers.jsonl --output page.html", "A page with a plot, peers beside"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var output = context.Get(_output);
        var isPage = context.Printer.Format == OutputFormat.Html || (output is not null && context.AskedFormat is null);
        if (output is not null && !isPage)
            throw new UsageException("--output takes the html page; leave --format away, or send the other formats to a file with >.");
        var basePath = context.FullPath(context.Get(_base) ?? throw new UsageException("lab ann needs --base FILE, the vectors to search."));
        var queryPath = context.FullPath(context.Get(_query) ?? throw new UsageException("lab ann needs --query FILE, the vectors to ask with."));
        var metric = context.Get(_metric);
        var peers = context.Get(_peers) is { } peerFile ? PeerRows.Read(context.FullPath(peerFile)) : [];
        var kinds = Kinds(context, metric);
        var data = AnnData.Load(basePath, queryPath, MetricOf(metric), context.Get(_queries), cancellationToken);
        var k = context.Get(_k);
        if (k > data.Rows)
            throw new UsageException($"-k {k} asks for more neighbours than the {data.Rows:N0} rows of the base.");
        context.Talk.Say($"{data.Rows:N0} rows of {data.Shape}, {data.Queries:N0} queries, {metric}.");
        var truth = Truth(context, data, k, cancellationToken);

        var rows = new List<AnnRecord>();
        foreach (var kind in kinds)
            rows.AddRange(Measure(context, kind, data, truth, k, cancellationToken).Select(AnnRecord.Of));
        rows.AddRange(peers);
        if (isPage)
            WritePage(context, output, data, basePath, queryPath, metric, k, rows);
        else
            context.Printer.Rows(WireJson.Default.AnnRecord, AnnColumns.Of(withTarget: context.Get(_targets).Count > 0), rows);
        return Task.FromResult(ExitCodes.Ok);
    }

    private IReadOnlyList<string> Kinds(VerbContext context, string metric)
    {
        IReadOnlyList<string> known = metric == "hamming" ? AnnData.KindsOfCodes : AnnData.KindsOfVectors;
        if (context.Get(_kinds) is not { } text)
            return known;
        var named = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        if (named.Length == 0)
            throw new UsageException($"--kinds names no kind; for {metric} there are {string.Join(", ", known)}.");
        return Array.Find(named, name => !known.Contains(name)) is { } unknown
            ? throw new UsageException($"There is no kind '{unknown}' for {metric}; there are {string.Join(", ", known)}.")
            : named;
    }

    private AnnTruth Truth(VerbContext context, AnnData data, int k, CancellationToken cancellationToken)
    {
        if (context.Get(_truth) is not { } path)
        {
            context.Talk.Say("Finding the true neighbours by exact search.");
            return AnnTruth.Find(data, k, context.Threads, cancellationToken);
        }
        var truth = AnnTruth.Read(context.FullPath(path), data, cancellationToken);
        return truth.Known >= Math.Min(k, 10)
            ? truth
            : throw new UsageException($"'{context.FullPath(path)}' has {truth.Known} neighbours of each query, and recall@{Math.Min(k, 10)} needs {Math.Min(k, 10)}.");
    }

    private IEnumerable<AnnRow> Measure(VerbContext context, string kind, AnnData data, AnnTruth truth, int k, CancellationToken cancellationToken)
    {
        using var measurement = new AnnMeasurement(kind, data, truth, k, context.Get(_rounds), context.Threads, context.Seed);
        var (seconds, cpuSeconds) = measurement.Build(cancellationToken);
        context.Talk.Say($"{kind}: built in {Printable.Duration(seconds)} ({Printable.Duration(cpuSeconds)} of processor time).");
        var targets = context.Get(_targets);
        if (targets.Count == 0)
        {
            foreach (var row in measurement.Sweep(cancellationToken))
                yield return row;
        }
        foreach (var target in targets)
        {
            var (row, best) = measurement.Reach(target, cancellationToken);
            if (row is not null)
                yield return row;
            else
                context.Talk.Say(string.Create(CultureInfo.InvariantCulture, $"{kind} does not reach recall@{measurement.TargetDepth} {target}; its best is {best:0.0000}."));
        }
    }

    private void WritePage(VerbContext context, string? output, AnnData data, string basePath, string queryPath, string metric, int k, IReadOnlyList<AnnRecord> rows)
    {
        IReadOnlyList<(string Name, string Value)> facts =
        [
            ("Base", $"{Path.GetFileName(basePath)}: {data.Rows:N0} rows of {data.Shape}"),
            ("Queries", $"{Path.GetFileName(queryPath)}: {data.Queries:N0}, {k} neighbours each"),
            ("Distance", metric),
            ("Rounds", $"{context.Get(_rounds)}, of which the median is shown; built with {Printable.Count(context.Threads, "thread", "threads")}"),
            .. MachineFacts.All(),
        ];
        var recallName = k >= 10 ? "recall@10" : "recall@1";
        Pages.Write(context, output, writer => writer.Write(AnnPage.Of(
            $"Nearest neighbours in {Path.GetFileName(basePath)}",
            $"{data.Rows:N0} rows of {data.Shape}, {data.Queries:N0} queries, {metric}. Recall is the share of the true neighbours that an answer holds.",
            facts,
            rows,
            recallName)));
    }

    private static Metric? MetricOf(string name) => name switch
    {
        "l2" => Metric.L2,
        "cosine" => Metric.Cosine,
        "ip" => Metric.InnerProduct,
        _ => null,
    };

    private static (bool Ok, IReadOnlyList<double> Value) ReadTargets(string text)
    {
        var targets = new List<double>();
        foreach (var part in text.Split(','))
        {
            if (!double.TryParse(part.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var target) || target is <= 0 or > 1)
                return (false, []);
            targets.Add(target);
        }
        return (true, targets);
    }
}
