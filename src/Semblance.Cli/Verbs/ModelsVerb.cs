using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Features;
using Semblance.Networks;
using Semblance.Reports;

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
        var ofDefault = stored.FirstOrDefault(model => model.Id == GalleryOptions.DefaultModel);
        ModelRecord[] rows =
        [
            new(GalleryOptions.DefaultModel, "float", "picture", ofDefault?.Manifest.Dimension, ofDefault?.Folder ?? "made at first use"),
            .. stored.Where(model => model != ofDefault).Select(model => new ModelRecord(model.Id, model.Manifest.Kind.Name(), model.Manifest.Modality.Name(), model.Manifest.Dimension, model.Folder)),
            .. Embedders.BuiltIn.Select(entry => new ModelRecord(entry.Id, entry.Description.Kind.Name(), entry.Description.Modality.Name(), entry.Description.Dimension, "built in: " + entry.Origin)),
        ];
        context.Printer.Rows(
            WireJson.Default.ModelRecord,
            [
                new("id", row => row.Id),
                new("kind", row => row.Kind),
                new("modality", row => row.Modality),
                new("dimension", row => row.Dimension, Shown: row => row.Dimension?.ToString() ?? "") { AlignRight = true },
                new("where", row => row.Where),
            ],
            rows);
        return Task.FromResult(ExitCodes.Ok);
    }
}
