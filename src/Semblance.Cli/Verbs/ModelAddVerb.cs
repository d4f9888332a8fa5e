using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Networks;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class ModelAddVerb : Verb
{
    private readonly Argument<string> _source = new("source") { Description = "An .onnx file, a model folder, an http(s) address, or hf:OWNER/NAME[/FILE]" };

    private readonly Setting<string?> _id = Setting.Text("id", "NAME", "Name of the model here (default: from the file's name)");

    private readonly Setting<string?> _sha256 = Setting.Text("sha256", "HEX", "With an address: what the file's SHA-256 must be");

    private readonly Setting<string?> _pictures = Setting.Text("pictures", "DIR", "Photographs by which to find out how a bare file is fed (default: the gallery's)");

    private readonly Setting<Feeding?> _feeding = Setting.Parsed<Feeding?>("feeding", "NAME", "How a bare file is fed: " + string.Join(", ", Feeding.Known.Select(feeding => feeding.Name)), null, "one of " + string.Join(", ", Feeding.Known.Select(feeding => feeding.Name)), text => (Feeding.Find(text) is not null, Feeding.Find(text)));

    private readonly Setting<ResizeRule?> _resize = Setting.Parsed<ResizeRule?>("resize", "RULE", "How pictures get the size of a bare file's input: stretch, crop or pad", null, "stretch, crop or pad", ReadRule);

    public override IReadOnlyList<Argument> Arguments => [_source];

    public override IReadOnlyList<Setting> Settings => [_id, _sha256, _pictures, _feeding, _resize];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override string Details => "A stopped download goes on when repeated. How a bare file wants its colours is found out by feeding it photographs in every usual way and comparing what its batch norms remember; what had to be guessed is listed and can be corrected in the model's manifest.json.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance models add clip-image.onnx --id clip", "Copy a file"),
        ("semblance models add net.onnx --pictures ~/Pictures", "Find out by these photographs how it is fed"),
        ("semblance models add net.onnx --feeding caffe", "Say how it is fed"),
        ("semblance models add hf:OWNER/NAME/onnx/model.onnx", "Download from Hugging Face"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var source = context.Get(_source);
        var isAddress = source.StartsWith("hf:", StringComparison.Ordinal) || source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isAddress && context.Get(_sha256) is not null)
            throw new UsageException("--sha256 is for downloads.");
        var isDescribed = !isAddress && Directory.Exists(context.FullPath(source)) && File.Exists(Path.Combine(context.FullPath(source), ModelManifest.FileName));
        if (isDescribed && (context.Get(_feeding) is not null || context.Get(_resize) is not null || context.Get(_pictures) is not null))
            throw new UsageException($"--feeding, --resize and --pictures are for a bare file; how this model is fed stands in its {ModelManifest.FileName}.");
        var chooser = new FeedingChooser(context, context.Get(_feeding), context.Get(_resize), context.Get(_pictures), cancellationToken);
        var model = isAddress
            ? await context.Models.AddUrlAsync(source, context.Get(_id), context.Get(_sha256), context.IsSilent ? null : new DownloadLines(context.Host.Error, context.Host.Clock), chooser.Choose, cancellationToken)
            : await context.Models.AddFileAsync(context.FullPath(source), context.Get(_id), chooser.Choose, cancellationToken);
        ModelWords.SayAdded(context, model);
        context.Printer.One(WireJson.Default.ModelAddedRecord, ModelAddedRecord.Of(model));
        return ExitCodes.Ok;
    }

    private static (bool Ok, ResizeRule? Value) ReadRule(string text) => text switch
    {
        "stretch" => (true, ResizeRule.Stretch),
        "crop" => (true, ResizeRule.Crop),
        "pad" => (true, ResizeRule.Pad),
        _ => (false, null),
    };
}
