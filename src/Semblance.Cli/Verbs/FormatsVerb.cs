using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Imaging;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class FormatsVerb : Verb
{
    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        context.Talk.Say($"libvips {PictureFormats.LibraryVersion}; second decoder: {PictureFormats.SecondLibrary}. Files are recognised by content, not by extension.");
        context.Printer.Rows(
            WireJson.Default.FormatRecord,
            [
                new("format", format => format.Format),
                new("can_decode", format => format.CanDecode),
                new("loader", format => format.Loader),
                new("extensions", format => format.Extensions),
                new("note", format => format.Note),
            ],
            PictureFormats.Supported.Select(FormatRecord.Of));
        return Task.FromResult(ExitCodes.Ok);
    }
}
