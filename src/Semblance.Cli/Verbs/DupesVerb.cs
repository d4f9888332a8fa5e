using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;
using Semblance.Reports.Sheets;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class DupesVerb : Verb
{
    private readonly Setting<bool> _exact = Setting.Flag("exact", "The same bytes");

    private readonly Setting<bool> _near = Setting.Flag("near", "The same picture saved again: other format, quality or size (the default)");

    private readonly Setting<bool> _embedding = Setting.Flag("embedding", "Also crops, filters and the next shot of a burst, by the gallery's model");

    private readonly Setting<double?> _threshold = Setting.OptionalNumber("threshold", "T", $"With --near: bits of 64 that may differ (default: {DuplicateOptions.DefaultMaxHamming}); with --embedding: lowest score (default: the gallery's near-duplicate)", -1, 64);

    private readonly Setting<KeepPolicy> _keep = Setting.Parsed("keep", "largest|oldest|newest|path:GLOB", "Which of a group to keep (default: largest)", KeepPolicy.Largest, "largest, oldest, newest or path:GLOB", ParsePolicy);

    private readonly Setting<DuplicateAction> _action = Setting.Parsed("action", "list|move|hardlink|trash", "What to do with the rest of each group (default: list)", DuplicateAction.List, "list, move, hardlink or trash",
        text => Enum.TryParse<DuplicateAction>(text, ignoreCase: true, out var action) && !char.IsAsciiDigit(text[0]) ? (true, action) : (false, default));

    private readonly Setting<string?> _to = Setting.Text("to", "DIR", "With --action move: where the files go");

    private readonly Setting<bool> _yes = Setting.Flag("yes", "Carry the action out; without it, only say what would be done", "-y");

    private readonly Setting<bool> _dryRun = Setting.Flag("dry-run", "Only say what would be done (so it is without --yes)", "-n");

    private readonly Setting<string?> _undo = Setting.Text("undo", "LOG", "Take back an action, by the log that it named");

    private readonly Setting<string?> _output = Setting.Text("output", "FILE", "Write a page to look at to a file (--format html)", "-o");

    private readonly Setting<bool> _null = Setting.Flag("null", "With --format paths: end each path with NUL, for names that hold line breaks", "-0");

    public override IReadOnlyList<Setting> Settings => [_exact, _near, _embedding, _threshold, _keep, _action, _to, _yes, _dryRun, _undo, _output, _null];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv, OutputFormat.Paths, OutputFormat.Html];

    public override string Details => """
        Nothing is ever deleted. Files that belong to a moved picture (.xmp, .json, .mov) are moved with it. Every picture of a group is a copy of the one to keep, not only of another of the group.
        --format paths prints the files that are not the one to keep. An action is written to a log first and can be taken
        back with --undo; a file that changed since it was indexed is left alone.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance dupes --exact", "Groups of files with the same bytes"),
        ("semblance dupes --near --output copies.html", "A page that shows the groups side by side"),
        ("semblance dupes --near --keep path:**/originals/** --action move --to ~/copies", "Say what would be moved"),
        ("semblance dupes --near --action trash --yes", "Into the trash, where the desktop can put them back"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(_undo) is { } log)
            return Task.FromResult(PrintSteps(context, DuplicateActions.Undo(context.FullPath(log), cancellationToken), "put back"));

        var method = Method(context);
        var options = new DuplicateOptions { Keep = context.Get(_keep) };
        if (context.Get(_threshold) is { } threshold)
        {
            options = method switch
            {
                DuplicateMethod.Near when threshold >= 0 && threshold == Math.Floor(threshold) => options with { MaxHamming = (int)threshold },
                DuplicateMethod.Near => throw new UsageException("--threshold is a whole number of bits from 0 to 64 with --near."),
                DuplicateMethod.Embedding when threshold <= 1 => options with { MinScore = (float)threshold },
                DuplicateMethod.Embedding => throw new UsageException("--threshold is a score from -1 to 1 with --embedding."),
                _ => throw new UsageException("--threshold has no meaning with --exact: bytes are the same or not."),
            };
        }
        var action = context.Get(_action);
        if (action == DuplicateAction.Move && context.Get(_to) is null)
            throw new UsageException("--action move needs --to DIR.");
        var output = context.Get(_output);
        var isPage = context.Printer.Format == OutputFormat.Html || (output is not null && context.AskedFormat is null);
        if (isPage ? action != DuplicateAction.List : output is not null)
            throw new UsageException("The page (--format html, --output FILE) is for --action list.");
        if (context.Get(_yes) && context.Get(_dryRun))
            throw new UsageException("--yes and --dry-run contradict each other.");

        using var gallery = context.OpenGallery();
        var finder = new DuplicateFinder(gallery);
        var groups = finder.Find(method, options, cancellationToken);
        context.Talk.Say(groups.Count == 0
            ? "No duplicates."
            : $"{Printable.Count(groups.Count, "group", "groups")}; {Printable.Pictures(groups.Sum(group => group.Others.Count))} beside the ones to keep, {Printable.Bytes(groups.Sum(group => group.ReclaimableBytes))}.");
        if (isPage)
        {
            Pages.Write(context, output, ContactSheet.OfDuplicates("Duplicates", groups, method), cancellationToken);
            return Task.FromResult(ExitCodes.Ok);
        }
        if (action == DuplicateAction.List)
        {
            Print(context, groups);
            return Task.FromResult(ExitCodes.Ok);
        }
        var report = DuplicateActions.Run(
            groups,
            new DuplicateActionOptions
            {
                Action = action,
                Folder = context.Get(_to) is { } to ? context.FullPath(to) : null,
                Apply = context.Get(_yes),
                LogFolder = gallery.Folder,
                Sidecars = gallery.Sidecars(),
                Time = context.Host.Clock,
            },
            cancellationToken);
        return Task.FromResult(PrintSteps(context, report, action == DuplicateAction.Hardlink ? "linked" : "moved"));
    }

    private static (bool Ok, KeepPolicy Value) ParsePolicy(string text)
    {
        try
        {
            return (true, KeepPolicy.Parse(text));
        }
        catch (GalleryException)
        {
            return (false, KeepPolicy.Largest);
        }
    }

    private DuplicateMethod Method(VerbContext context)
    {
        var asked = new[] { (context.Get(_exact), DuplicateMethod.Exact), (context.Get(_near), DuplicateMethod.Near), (context.Get(_embedding), DuplicateMethod.Embedding) }.Where(one => one.Item1).ToArray();
        return asked.Length switch
        {
            0 => DuplicateMethod.Near,
            1 => asked[0].Item2,
            _ => throw new UsageException("Give one of --exact, --near and --embedding."),
        };
    }

    private void Print(VerbContext context, IReadOnlyList<DuplicateGroup> groups)
    {
        if (context.Printer.Format is OutputFormat.Json or OutputFormat.JsonLines)
        {
            context.Printer.List(WireJson.Default.DuplicateGroupRecord, groups.Select(DuplicateGroupRecord.Of));
            return;
        }
        var lines = DuplicateLineRecord.Of(groups);
        context.Printer.Rows(
            WireJson.Default.DuplicateLineRecord,
            [
                new("group", line => line.Group),
                new("keep", line => line.Keep, line => line.Keep ? "keep" : ""),
                new("id", line => line.Id, line => line.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
                new("why", line => line.Why),
                new("path", line => line.Path),
            ],
            context.Printer.Format == OutputFormat.Paths ? lines.Where(line => !line.Keep) : lines,
            line => line.Path,
            context.Get(_null) ? '\0' : '\n');
    }

    private int PrintSteps(VerbContext context, DuplicateReport report, string done)
    {
        context.Printer.Rows(
            WireJson.Default.DuplicateStepRecord,
            [
                new("path", step => step.Path),
                new("target", step => step.Target),
                new("done", step => step.Done),
                new("skipped", step => step.Skipped),
            ],
            report.Steps.Select(DuplicateStepRecord.Of),
            step => step.Path,
            context.Get(_null) ? '\0' : '\n');
        var left = report.Steps.Count(step => step.Skipped is not null);
        if (left > 0)
            context.Talk.Warn($"{Printable.Count(left, "file was", "files were")} left alone; the reasons stand beside {(left == 1 ? "it" : "them")}.");
        if (report.DryRun)
            context.Talk.Say($"Dry run: nothing was changed. With --yes {Printable.Count(report.Steps.Count - left, "file", "files")} ({Printable.Bytes(report.Bytes)}) would be {done}.");
        else if (report.Log is not null)
            context.Talk.Say($"{Printable.Count(report.Steps.Count - left, "file", "files")} {done}. To take it back: semblance dupes --undo '{report.Log}'. Run index again so that the gallery follows.");
        return left > 0 ? ExitCodes.PartialFailure : ExitCodes.Ok;
    }
}
