using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

namespace Semblance.Cli.Verbs;

internal sealed class ModelAddVerb : Verb
{
    private readonly Argument<string> _source = new("source") { Description = "An .onnx file, a model folder, an http(s) address, or hf:OWNER/NAME[/FILE]" };

    private readonly Setting<string?> _id = Setting.Text("id", "NAME", "Name of the model here (default: from the file's name)");

    private readonly Setting<string?> _sha256 = Setting.Text("sha256", "HEX", "With an address: what the file's SHA-256 must be");

    public override IReadOnlyList<Argument> Arguments => [_source];

    public override IReadOnlyList<Setting> Settings => [_id, _sha256];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override string Details => "A stopped download goes on when repeated. What had to be guessed about a bare file is listed; correct it in the model's manifest.json.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance models add clip-image.onnx --id clip", "Copy a file"),
        ("semblance models add hf:OWNER/NAME/onnx/model.onnx", "Download from Hugging Face"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var source = context.Get(_source);
        var isAddress = source.StartsWith("hf:", StringComparison.Ordinal) || source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isAddress && context.Get(_sha256) is not null)
            throw new UsageException("--sha256 is for downloads.");
        var model = isAddress
            ? await context.Models.AddUrlAsync(source, context.Get(_id), context.Get(_sha256), context.IsSilent ? null : new DownloadLines(context.Host.Error, context.Host.Clock), cancellationToken)
            : await context.Models.AddFileAsync(context.FullPath(source), context.Get(_id), cancellationToken);
        foreach (var guess in model.Guesses)
            context.Talk.Say("Guessed: " + guess);
        context.Printer.Facts(("id", model.Id), ("dimension", model.Manifest.Dimension), ("sha256", model.Manifest.Sha256), ("folder", model.Folder));
        return ExitCodes.Ok;
    }
}
