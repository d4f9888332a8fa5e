using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Networks;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class StatusVerb : Verb
{
    private readonly Setting<bool> _failed = Setting.Flag("failed", "List the files that could not be indexed, and why");

    public override IReadOnlyList<Setting> Settings => [_failed];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv, OutputFormat.Paths];

    public override string Details => """
        A score becomes a word by thresholds fitted to this gallery: from the scores of random pairs of its pictures and of
        altered copies of them. 'precision' is the share of copies among the fitted pairs that score at least that, one copy
        to each random pair; 'same folder' the share of nearest neighbours earning just this word that share a folder.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance status", "Counts, folders, spaces and score words"),
        ("semblance status --failed --format paths", "Paths of the files that failed"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        if (context.Get(_failed))
        {
            PrintFailures(context, gallery.Failures);
            return Task.FromResult(ExitCodes.Ok);
        }
        var status = gallery.Status();
        var upgrade = gallery.UpgradeModel is { } model ? Remedies.ForFolder(gallery.Folder).Reindex(model) : null;
        switch (context.Printer.Format)
        {
            case OutputFormat.Json or OutputFormat.JsonLines:
                context.Printer.Object(WireJson.Default.StatusRecord, StatusRecord.Of(status, upgrade));
                break;
            case OutputFormat.Table:
                Draw(context.Printer, status, upgrade);
                break;
            default:
                throw new UsageException("csv and paths are for the list of failures; add --failed.");
        }
        return Task.FromResult(ExitCodes.Ok);
    }

    private static void PrintFailures(VerbContext context, IReadOnlyList<GalleryFailure> failures)
    {
        if (failures.Count == 0)
            context.Talk.Say("No file failed.");
        context.Printer.Rows(
            WireJson.Default.FailureRecord,
            [
                new("path", failure => failure.Path),
                new("reason", failure => failure.Reason),
                new("message", failure => failure.Message),
            ],
            failures.Select(FailureRecord.Of),
            failure => failure.Path);
        foreach (var remedy in Remedies.OfFailedFiles(failures.Select(failure => failure.Reason)))
            context.Talk.Say(remedy);
    }

    private static void Draw(Printer printer, GalleryStatus status, string? upgrade)
    {
        printer.Pairs(
        [
            ("gallery", status.Folder + (status.IsReadOnly ? " (read-only)" : "")),
            ("folders", status.Roots.Count == 0 ? "none yet" : string.Join(", ", status.Roots)),
            ("pictures", status.Pictures),
            ("missing", status.Missing),
            ("failed files", status.Failures),
            ("tags", status.Tags),
            .. status.OutdatedFacts > 0 ? new (string, object?)[] { ("to be read", $"dates, places, ratings and the like of {Printable.Pictures(status.OutdatedFacts)}, by the next index") } : [],
            ("on disk", Printable.Bytes(status.DiskBytes)),
            ("index", Describe(status.Index)),
            .. status.Spaces.Select(space => (space.Active ? "space in use" : "other space", (object?)Describe(space, status))),
        ]);
        if (upgrade is not null)
            printer.Writer.WriteLine($"The model is one of earlier versions: the gallery answers by the pictures it holds and takes in no others until '{upgrade}' has run.");
        printer.Writer.WriteLine();
        if (!status.Scale.Fitted)
            printer.Writer.WriteLine("Score words are general ones: the gallery is too small to fit its own.");
        printer.Table(
            [
                new("word", word => word.Word.Text()),
                new("from score", word => word.MinScore, Shown: word => word.MinScore.ToString("0.000", CultureInfo.InvariantCulture)),
                new("precision", word => word.Precision, Shown: word => Share(word.Precision)),
                new("copies reached", word => word.CopyShare, Shown: word => Share(word.CopyShare)),
                new("random pairs reached", word => word.RandomShare, Shown: word => Share(word.RandomShare)),
                new("same folder", word => word.SameLabel, Shown: word => Share(word.SameLabel)),
            ],
            status.Scale.Words);
    }

    private static string Describe(Space space, GalleryStatus status)
    {
        var unit = space.Kind == SpaceKind.Bits ? "bits" : "numbers";
        var each = space.Views.Count == 1 ? "a picture" : $"a view, {space.Views.Count} views a picture";
        var origin = space.Base is { } source ? $"made from {status.Spaces.First(other => other.Id == source.SpaceId).Name} by {source.Head}"
            : space.ProjectionVersion == 0 ? "searched as they are"
            : $"whitened to {space.PostProcessing.Dimension}, fitted on {Printable.Pictures(space.FittedCount)}";
        var there = status.BySpace[space.Name];
        var beside = space.Active ? "" : $"; {Printable.Pictures(there.Pictures)}{(space.TakesPictures ? "" : ", takes in no new ones")}, index {Describe(there.Index)}";
        return $"{space.Name}: {space.Model}, {space.Dimension} {unit} {each}, {origin}{beside}";
    }

    private static string Describe(IndexStatus? index)
    {
        if (index is null)
            return "none yet";
        var dead = index.Deleted > 0 ? $", {Printable.Count(index.Deleted, "dead row", "dead rows")}" : "";
        var behind = index.Current ? "" : "; the next search brings in what changed";
        var found = index switch
        {
            { Picked: { } picked } => string.Create(CultureInfo.InvariantCulture, $"; finds {Explanations.Share(picked.Recall)} of the nearest ten at effort {picked.Effort}, in {picked.Microseconds:0} µs"),
            { Kind: Semblance.Index.ExactVectorIndex.KindName or Semblance.Index.ExactCodeIndex.KindName or Semblance.Index.MihIndex.KindName } => "",
            _ => "; its recall has not been measured yet",
        };
        var setting = index.Setting == Gallery.AutomaticIndex ? "chosen by size" : index.Setting == index.Kind ? "as set" : $"set to {index.Setting} from the next run on";
        return $"{index.Kind} ({setting}), {Printable.Pictures(index.Pictures)}{dead}, {Printable.Bytes(index.Bytes)}{found}{behind}";
    }

    private static string Share(double? share) => share is { } value ? value.ToString(value is > 0 and < 0.001 ? "0.####%" : "0.#%", CultureInfo.InvariantCulture) : "";
}
