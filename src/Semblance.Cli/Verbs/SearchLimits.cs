using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;
using Semblance.Reports.Sheets;

namespace Semblance.Cli.Verbs;

/// <summary>The flags that limit an answer and say where it goes; shared by the verbs that search.</summary>
internal sealed class SearchLimits
{
    public static IReadOnlyList<OutputFormat> Formats { get; } = [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv, OutputFormat.Paths, OutputFormat.Html];

    public Setting<int> Count { get; } = Setting.WholeNumber("k", "How many pictures (default: 10)", 10, 1, "-k");

    public Setting<string?> Where { get; } = Setting.Text("where", "FILTER", "Only pictures that pass, e.g. 'label:cat -path:**/cache/** date:2020..2021'", "-w");

    public Setting<double?> MinScore { get; } = Setting.OptionalNumber("min-score", "S", "Leave out pictures that score less", -1, 1);

    public Setting<double?> TargetRecall { get; } = IndexSettings.TargetRecall("Share of the true nearest ten to find on average, this time; 1 scans all pictures (default: as the gallery is set)");

    public Setting<string?> Output { get; } = Setting.Text("output", "FILE", "Write a page to look at to a file (--format html)", "-o");

    public Setting<bool> Null { get; } = Setting.Flag("null", "With --format paths: end each path with NUL, for names that hold line breaks", "-0");

    public Setting<IReadOnlyList<string>> Spaces { get; } = Setting.Texts("space", "NAME[:W]", "Search this space in place of the one in use; several, repeated, are weighed together; 'semblance space' lists them");

    public Setting<string?> Rerank { get; } = Setting.Text("rerank", "SPACE", "Rank what was found by the vectors of this space: short codes first, exact vectors then");

    public Setting<bool> Distinct { get; } = Setting.Flag("distinct", "Leave out copies of better answers");

    public IReadOnlyList<Setting> All => [Count, Where, MinScore, Spaces, Rerank, Distinct, TargetRecall, Output, Null];

    /// <summary>The query within these limits.</summary>
    public Query Apply(VerbContext context, Query query) => query with
    {
        Where = context.Get(Where),
        MinScore = (float?)context.Get(MinScore),
        TargetRecall = (float?)context.Get(TargetRecall),
        Spaces = [.. context.Get(Spaces).Select(ReadSpace)],
        RerankBy = context.Get(Rerank),
        Distinct = context.Get(Distinct),
    };

    private static QuerySpace ReadSpace(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            return new QuerySpace(text);
        return float.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight > 0
            ? new QuerySpace(text[..colon], weight)
            : throw new UsageException($"--space is a name, with a weight above 0 behind a colon if wanted (hsv:0.5), not '{text}'.");
    }

    /// <param name="withWord">Adds what explains a hit to json, jsonl and csv, whose keys are otherwise exactly rank, id, path, score, distance.</param>
    /// <returns>The exit code: an empty answer is an answer.</returns>
    public int Print(VerbContext context, Gallery gallery, IReadOnlyList<SearchHit> hits, bool withWord, string title, Query query, CancellationToken cancellationToken)
    {
        var output = context.Get(Output);
        var isPage = context.Printer.Format == OutputFormat.Html || (output is not null && context.AskedFormat is null);
        if (output is not null && !isPage)
            throw new UsageException("--output takes the html page; leave --format away, or send the other formats to a file with >.");
        if (hits.Count == 0)
            context.Talk.Say(query.MinScore is null && query.Where is null ? "Nothing relevant: the gallery has no pictures." : "Nothing relevant: no picture passes the limits.");
        if (isPage)
            Pages.Write(context, output, SearchPage.Of(gallery, hits, title, query), cancellationToken);
        else if (context.Printer.Format == OutputFormat.Table)
            context.Printer.Table(HitColumns.All, hits);
        else if (withWord)
            context.Printer.Rows(WireJson.Default.ExplainedHitRecord, [], hits.Select(ExplainedHitRecord.Of), hit => hit.Path, PathEnd(context));
        else
            context.Printer.Rows(WireJson.Default.HitRecord, [], hits.Select(HitRecord.Of), hit => hit.Path, PathEnd(context));
        return ExitCodes.Ok;
    }

    private char PathEnd(VerbContext context) => context.Get(Null) ? '\0' : '\n';
}
