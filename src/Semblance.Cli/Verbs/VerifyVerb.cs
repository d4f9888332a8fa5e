using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class VerifyVerb : Verb
{
    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override string Details => "Checks the database, every vector, references between rows, and the index against the rows. Exit code 4 when something is wrong.";

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        var outcome = gallery.Verify(cancellationToken);
        context.Printer.One(WireJson.Default.VerificationRecord, VerificationRecord.Of(outcome));
        if (!outcome.Ok)
            context.Talk.Warn($"{Printable.Count(outcome.Problems.Count, "problem", "problems")} found. Index files can be rebuilt: delete {Path.Combine(gallery.Folder, "spaces")} and search. Otherwise restore a snapshot, or index into a new gallery.");
        return Task.FromResult(outcome.Ok ? ExitCodes.Ok : ExitCodes.Damage);
    }
}
