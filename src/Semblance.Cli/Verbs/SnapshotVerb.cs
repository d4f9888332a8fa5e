using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class SnapshotVerb : Verb
{
    private readonly Argument<string> _file = new("file") { Description = "File to write; it must not exist" };

    public override IReadOnlyList<Argument> Arguments => [_file];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override string Details => "The snapshot holds pictures' records, vectors and tags, not the pictures; others may go on reading and writing the gallery.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples => [("semblance snapshot monday.semblance --gallery photos", "One file to keep")];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        var file = context.FullPath(context.Get(_file));
        gallery.Snapshot(file);
        context.Printer.One(WireJson.Default.SnapshotRecord, new SnapshotRecord(file, new FileInfo(file).Length));
        return Task.FromResult(ExitCodes.Ok);
    }
}
