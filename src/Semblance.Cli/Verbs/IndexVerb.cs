using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

namespace Semblance.Cli.Verbs;

internal sealed class IndexVerb : Verb
{
    private readonly Argument<string[]> _folders = new("dir") { Arity = ArgumentArity.OneOrMore, Description = "Folders of pictures, with all folders inside them" };

    private readonly IngestSettings _ingest = new();

    private readonly Setting<bool> _dryRun = Setting.Flag("dry-run", "Say what would be done and change nothing", "-n");

    public override IReadOnlyList<Argument> Arguments => [_folders];

    public override IReadOnlyList<Setting> Settings => [.. _ingest.All, _dryRun];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override string Details => """
        Files are known again by path, size and time, then by content: a renamed file is not read twice. Finished
        batches are kept whatever happens, so a stopped run goes on where it was. A file that cannot be read is
        reported and does not stop the run; the exit code is then 1.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance index ~/Pictures", "Into ./.semblance"),
        ("semblance index ~/Pictures /mnt/archive --gallery photos --exclude cache", "Two folders into the gallery named photos"),
        ("semblance index ~/Pictures --dry-run", "Only count"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var folders = IngestSettings.Folders(context, context.Get(_folders));
        var dryRun = context.Get(_dryRun);
        var model = await ModelChoice.ResolveAsync(context, context.Get(_ingest.Model), cancellationToken);
        using var gallery = context.OpenGallery(create: true, model: model);
        ModelPreparation.Announce(context, gallery.Space?.Model ?? model);
        if (!dryRun)
            _ingest.Index.Apply(context, gallery);
        var report = await ProgressView.RunAsync(context.Host, context.IsSilent, progress => gallery.IngestAsync(folders, _ingest.Read(context, progress, dryRun), cancellationToken));
        var code = IngestSettings.Print(context, report, dryRun);
        context.Talk.Say($"Gallery: {gallery.Folder}");
        return code;
    }
}
