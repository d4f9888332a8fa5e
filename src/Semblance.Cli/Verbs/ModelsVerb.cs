using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Networks;

namespace Semblance.Cli.Verbs;

internal sealed class ModelsVerb : Verb
{
    public override IReadOnlyList<VerbEntry> Verbs =>
    [
        new("add", "Add an ONNX model: a file, a model folder, a URL, or hf:OWNER/NAME[/FILE]", () => new ModelAddVerb()),
        new("show", "Show what a model's vectors are and how it is fed", () => new ModelShowVerb()),
        new("rm", "Remove a model", () => new ModelRemoveVerb()),
    ];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance models", "List them"),
        ("semblance models add clip-image.onnx --id clip", "Take any ONNX picture network"),
        ("semblance models show clip", "What it takes and gives"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var stored = context.Models.List();
        var rows = stored.Where(model => model.Id != GalleryOptions.DefaultModel).Select(model => (model.Id, model.Manifest.Kind, model.Manifest.Modality, (int?)model.Manifest.Dimension, Where: model.Folder))
            .Prepend((GalleryOptions.DefaultModel, "float", "picture", stored.FirstOrDefault(model => model.Id == GalleryOptions.DefaultModel)?.Manifest.Dimension, stored.FirstOrDefault(model => model.Id == GalleryOptions.DefaultModel)?.Folder ?? "made at first use"))
            .Append(("hsv", "float", "picture", 512, "built in: colour histogram"))
            .Append(("pixels", "float", "picture", 3072, "built in: 32 x 32 pixels"));
        context.Printer.Rows(
            [
                new("id", row => row.Item1),
                new("kind", row => row.Item2),
                new("modality", row => row.Item3),
                new("dimension", row => row.Item4, Shown: row => row.Item4?.ToString() ?? "") { AlignRight = true },
                new("where", row => row.Where),
            ],
            rows);
        return Task.FromResult(ExitCodes.Ok);
    }
}
