using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class WatchVerb : Verb
{
    private readonly Argument<string[]> _folders = new("dir") { Arity = ArgumentArity.OneOrMore, Description = "Folders of pictures to keep up with" };

    private readonly IngestSettings _ingest = new();

    private readonly Setting<int> _rescan = Setting.WholeNumber("rescan", "Seconds between full looks, for disks that send no events (default: 900)", 900, 1);

    public override IReadOnlyList<Argument> Arguments => [_folders];

    public override IReadOnlyList<Setting> Settings => [.. _ingest.All, _rescan];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.JsonLines, OutputFormat.Json];

    public override string Details => "Prints a line for the first look and for every run that changed something; json and jsonl are the same here. Ends with Ctrl-C.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance watch ~/Pictures --gallery photos", "Until Ctrl-C"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var folders = IngestSettings.Folders(context, context.Get(_folders));
        var model = await ModelChoice.ResolveAsync(context, context.Get(_ingest.Model), cancellationToken);
        using var gallery = context.OpenGallery(create: true, model: model, upkeep: true);
        ModelPreparation.Announce(context, gallery.Space?.Model ?? model);
        _ingest.Index.Apply(context, gallery);
        var progress = context.IsSilent ? null : new ProgressLines(context.Host.Error, context.Host.Clock);
        using var watcher = new GalleryWatcher(gallery, folders, _ingest.Read(context, progress)) { FullLookEvery = TimeSpan.FromSeconds(context.Get(_rescan)) };
        context.Talk.Say($"Watching {string.Join(", ", folders)}; Ctrl-C ends it. Gallery: {gallery.Folder}");
        await watcher.RunAsync(report => Print(context, report), cancellationToken);
        return ExitCodes.Ok;
    }

    private static void Print(VerbContext context, IngestReport report)
    {
        var record = IndexRecord.Of(report);
        if (context.Printer.Format == OutputFormat.Table)
        {
            // Each report is a moment of a log, so it is a line rather than a table.
            context.Printer.Writer.WriteLine($"{context.Host.Clock.GetLocalNow():HH:mm:ss}  {record.Added} added, {record.Updated} updated, {record.Renamed} renamed, {record.Removed} removed, {record.Unchanged} unchanged, {record.Failed} failed");
        }
        else
        {
            context.Printer.Writer.WriteLine(Printer.Line(record, WireJson.Default.IndexRecord));
        }
        context.Printer.Writer.Flush();
    }
}
