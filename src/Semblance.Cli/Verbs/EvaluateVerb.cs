using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Evaluation;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class EvaluateVerb : Verb
{
    private readonly Setting<IReadOnlyList<string>> _protocol = Setting.Words("protocol", "leave-one-out|query-gallery|pairs FILE", "Who searches whom (default: leave-one-out, or query-gallery with --queries)");

    private readonly Setting<string?> _queries = Setting.Text("queries", "DIR", "Folder of query pictures that are not in the gallery");

    private readonly Setting<string?> _labels = Setting.Text("labels", "folder|FILE.csv", "Labels: names of folders (default), or a CSV file with the header path,label or id,label");

    private readonly Setting<IReadOnlyList<int>> _at = Setting.Parsed<IReadOnlyList<int>>("at", "1,5,10", "Depths k of the metrics (default: 1,4,5,10)", new EvaluationOptions().At, "rising whole numbers from 1 with commas between, e.g. 1,5,10", ReadDepths);

    private readonly Setting<bool> _baselines = Setting.Flag("baselines", "Also measure a colour histogram and raw pixels on the same pictures");

    private readonly Setting<int> _bootstrap = Setting.WholeNumber("bootstrap", "Resamples behind the 95 % intervals, 0 for none (default: 1000)", new EvaluationOptions().BootstrapSamples, 0);

    public override IReadOnlyList<Setting> Settings => [_protocol, _queries, _labels, _at, _baselines, _bootstrap];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override string Details => """
        cmc@k is the share of queries with a right answer among the first k (the "Recall@K" of papers); recall@k is the share
        of all right answers that are among the first k. A file of pairs names two pictures of the gallery and 1 or 0 a line.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance evaluate --baselines", "Every picture of the gallery searches the others; folders are labels"),
        ("semblance evaluate --queries test/ --at 1,10", "Other pictures search the gallery"),
        ("semblance evaluate --protocol pairs pairs.csv", "Same or not, for pairs of pictures"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var labels = context.Get(_labels) ?? "folder";
        var options = Protocol(context) with
        {
            Queries = context.Get(_queries) is { } queries ? IngestSettings.Folders(context, [queries])[0] : null,
            Labels = labels == "folder" ? labels : context.FullPath(labels),
            Baselines = context.Get(_baselines),
            Evaluation = new EvaluationOptions { At = context.Get(_at), BootstrapSamples = context.Get(_bootstrap), Seed = context.Seed, Threads = context.Threads },
        };
        if (options.Protocol == EvaluationProtocol.QueryGallery && options.Queries is null)
            throw new UsageException("query-gallery needs --queries DIR.");
        if (options.Protocol != EvaluationProtocol.QueryGallery && options.Queries is not null)
            throw new UsageException("--queries belongs to the protocol query-gallery.");
        using var gallery = context.OpenGallery();
        var outcome = new GalleryEvaluation(gallery).Run(options, cancellationToken);
        foreach (var note in outcome.Notes)
            context.Talk.Say(note);
        if (context.Printer.Format is OutputFormat.Json or OutputFormat.JsonLines)
            context.Printer.Object(WireJson.Default.EvaluationRecord, EvaluationRecord.Of(outcome));
        else
            Print(context, outcome);
        return Task.FromResult(ExitCodes.Ok);
    }

    private GalleryEvaluationOptions Protocol(VerbContext context) => context.Get(_protocol) switch
    {
        [] => new GalleryEvaluationOptions { Protocol = context.Get(_queries) is null ? EvaluationProtocol.LeaveOneOut : EvaluationProtocol.QueryGallery },
        ["leave-one-out"] => new GalleryEvaluationOptions { Protocol = EvaluationProtocol.LeaveOneOut },
        ["query-gallery"] => new GalleryEvaluationOptions { Protocol = EvaluationProtocol.QueryGallery },
        ["pairs", var file] => new GalleryEvaluationOptions { Protocol = EvaluationProtocol.Pairs, Pairs = context.FullPath(file) },
        var words => throw new UsageException($"--protocol is leave-one-out, query-gallery or pairs FILE, not '{string.Join(' ', words)}'."),
    };

    private static void Print(VerbContext context, GalleryEvaluationReport outcome)
    {
        var report = outcome.Report;
        context.Talk.Say($"{report.Protocol}: {report.Queries:N0} queries, {report.Gallery:N0} in the gallery{(report.LoneQueries > 0 ? $", {report.LoneQueries:N0} left out because nothing in the gallery is right for them" : "")}; {Printable.Duration(report.Seconds)}.");
        Column<KeyValuePair<string, MetricValue>>[] columns =
        [
            new("metric", metric => metric.Key),
            new("value", metric => metric.Value.Value, Shown: metric => Shown(metric.Value.Value)) { AlignRight = true },
            new("low", metric => metric.Value.Low, Shown: metric => Shown(metric.Value.Low)) { AlignRight = true },
            new("high", metric => metric.Value.High, Shown: metric => Shown(metric.Value.High)) { AlignRight = true },
            .. outcome.Baselines.Select(baseline => new Column<KeyValuePair<string, MetricValue>>(baseline.Key, metric => OfBaseline(baseline.Value, metric.Key), Shown: metric => Shown(OfBaseline(baseline.Value, metric.Key))) { AlignRight = true }),
        ];
        if (context.Printer.Format == OutputFormat.Csv)
            context.Printer.Csv(columns, report.Metrics);
        else
            context.Printer.Table(columns, report.Metrics);
        if (context.Printer.Format != OutputFormat.Table || report.Worst.Count == 0)
            return;
        context.Printer.Writer.WriteLine();
        context.Printer.Table<ClassScore>(
            [
                new("worst classes", worst => worst.Class),
                new("queries", worst => worst.Queries),
                new("cmc@1", worst => worst.CmcAt1, Shown: worst => Shown(worst.CmcAt1)) { AlignRight = true },
                new("map@r", worst => worst.MapAtR, Shown: worst => Shown(worst.MapAtR)) { AlignRight = true },
                new("most confused with", worst => worst.MostConfusedWith),
            ],
            report.Worst);
    }

    private static double? OfBaseline(EvaluationReport baseline, string metric) => baseline.Metrics.TryGetValue(metric, out var value) ? value.Value : null;

    private static string Shown(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";

    private static (bool Ok, IReadOnlyList<int> Value) ReadDepths(string text)
    {
        var depths = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var depth) || depth <= (depths.Count > 0 ? depths[^1] : 0))
                return (false, []);
            depths.Add(depth);
        }
        return (true, depths);
    }
}
