using Semblance.Cli.Frame;
using Semblance.Cli.Settings;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

/// <summary>The flags of the verbs that read pictures into a gallery.</summary>
internal sealed class IngestSettings
{
    public Setting<string?> Model { get; } = Setting.Text("model", "MODEL", "Model for a new gallery: a name from 'semblance models', an .onnx file or a model folder (default: resnet18)", "-m");

    public Setting<IReadOnlyList<string>> Exclude { get; } = Setting.Texts("exclude", "GLOB", "Leave out what matches, in the form of the filter path: (cache, *.tmp.png, 20*/raw); may be repeated", "-x");

    public Setting<bool> IncludeHidden { get; } = Setting.Flag("include-hidden", "Also hidden files and folders");

    public Setting<bool> FollowLinks { get; } = Setting.Flag("follow-links", "Also through symbolic links");

    public Setting<double?> MaxMegapixels { get; } = Setting.OptionalNumber("max-megapixels", "N", "Skip pictures that are larger (default: 100)", 0.01, 10_000);

    public Setting<bool> RetryFailed { get; } = Setting.Flag("retry-failed", "Try files again that failed before and have not changed since");

    public Setting<bool> AllowEmpty { get; } = Setting.Flag("allow-empty", "Take an empty folder at its word; without it, it is taken for a disk that is not mounted");

    public Setting<int> Batch { get; } = Setting.WholeNumber("batch", "Pictures that go through the model together (default: 8)", 8, 1);

    public IndexSettings Index { get; } = new();

    public IReadOnlyList<Setting> All => [Model, Exclude, IncludeHidden, FollowLinks, MaxMegapixels, RetryFailed, AllowEmpty, Batch, .. Index.All];

    public IngestOptions Read(VerbContext context, IProgress<IngestProgress>? progress, bool dryRun = false) => new()
    {
        Exclude = context.Get(Exclude),
        IncludeHidden = context.Get(IncludeHidden),
        FollowLinks = context.Get(FollowLinks),
        MaxMegapixels = context.Get(MaxMegapixels) ?? new IngestOptions().MaxMegapixels,
        RetryFailed = context.Get(RetryFailed),
        AllowEmpty = context.Get(AllowEmpty),
        Batch = context.Get(Batch),
        DryRun = dryRun,
        Progress = progress,
    };

    /// <summary>Full paths of the folders, each of which must be there.</summary>
    public static IReadOnlyList<string> Folders(VerbContext context, IReadOnlyList<string> typed)
    {
        var folders = typed.Select(context.FullPath).ToArray();
        for (var i = 0; i < folders.Length; i++)
        {
            if (!Directory.Exists(folders[i]))
                throw new UsageException(File.Exists(folders[i]) ? $"'{typed[i]}' is a file; give the folder that holds it." : $"There is no folder '{typed[i]}'.");
        }
        return folders;
    }

    /// <summary>Prints what a run did, and the first failures on standard error.</summary>
    /// <returns>The exit code.</returns>
    public static int Print(VerbContext context, IngestReport report, bool dryRun = false)
    {
        SayFailures(context, report);
        if (report.FactsRead > 0)
            context.Talk.Say($"Dates, places, ratings and the like of {Printable.Pictures(report.FactsRead)} were read anew, without embedding them again.");
        if (dryRun)
            context.Talk.Say("Dry run: this is what a run would do; nothing was changed.");
        context.Printer.One(WireJson.Default.IndexRecord, IndexRecord.Of(report));
        return report.Failed > 0 ? ExitCodes.PartialFailure : ExitCodes.Ok;
    }

    /// <summary>The first failures on standard error.</summary>
    public static void SayFailures(VerbContext context, IngestReport report)
    {
        foreach (var failure in report.Failures.Take(ShownFailures))
            context.Talk.Say($"{failure.Path}: {failure.Message}");
        if (report.Failures.Count > ShownFailures)
            context.Talk.Say($"... and {report.Failures.Count - ShownFailures:N0} more; 'semblance status --failed' lists them all.");
        foreach (var remedy in Remedies.OfFailedFiles(report.Failures.Select(failure => failure.Reason)))
            context.Talk.Say(remedy);
    }

    private const int ShownFailures = 10;
}
