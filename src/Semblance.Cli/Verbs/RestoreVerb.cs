using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class RestoreVerb : Verb
{
    private readonly Argument<string> _file = new("file") { Description = "A file that snapshot wrote" };

    private readonly Setting<bool> _yes = Setting.Flag("yes", "Let it take the place of a gallery that is there", "-y");

    public override IReadOnlyList<Argument> Arguments => [_file];

    public override IReadOnlyList<Setting> Settings => [_yes];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples => [("semblance restore monday.semblance --gallery photos --yes", "Back to Monday")];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var file = context.FullPath(context.Get(_file));
        if (!File.Exists(file))
            throw new UsageException($"There is no file '{file}'.");
        var replace = context.Get(_yes);
        if (!replace && Gallery.Exists(context.GalleryFolder))
            throw new GalleryRefusedException($"'{context.GalleryFolder}' holds a gallery that the snapshot would replace. Nothing was changed.") { Error = GalleryError.GalleryExists, Details = new Dictionary<string, string> { ["folder"] = context.GalleryFolder } };
        Gallery.Restore(file, context.GalleryFolder, replace);
        using var gallery = context.OpenGallery();
        context.Printer.One(WireJson.Default.RestoredRecord, new RestoredRecord(gallery.Folder, gallery.CountItems()));
        return Task.FromResult(ExitCodes.Ok);
    }
}
