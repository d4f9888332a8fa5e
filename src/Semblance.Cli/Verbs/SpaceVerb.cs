using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Features;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class SpaceVerb : Verb
{
    public override IReadOnlyList<VerbEntry> Verbs =>
    [
        new("add", "Add a space: of another model, or of codes made from the vectors there are", () => new SpaceAddVerb()),
        new("use", "Let searches that name no space use this one", () => new SpaceUseVerb()),
        new("rm", "Remove a space with its vectors", () => new SpaceRemoveVerb()),
    ];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override string Details => $"""
        A gallery may look at its pictures in several ways, each a space of vectors: by a network, by colours, by short codes. New
        pictures are decoded once and go into all of them. Codes are made by a head, one of {string.Join(", ", VectorHeads.All.Select(head => $"{head.Name} ({head.Summary})"))}.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance space", "List them"),
        ("semblance space add --model hsv", "Colours beside the network"),
        ("semblance search beach.jpg --space resnet18 --space hsv:0.5", "Alike in kind and, half as much, in colour"),
        ("semblance space add --head itq:128", "Codes of 128 bits from the vectors there are"),
        ("semblance search beach.jpg --space resnet18-itq128 --rerank resnet18", "Codes first, vectors then"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        var status = gallery.Status();
        context.Printer.Rows(
            WireJson.Default.SpaceRecord,
            [
                new("name", space => space.Name),
                new("in use", space => space.Active, space => space.Active ? "yes" : ""),
                new("model", space => space.Model),
                new("kind", space => space.Kind),
                new("dimension", space => space.Dimension, space => space.Dimension.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
                new("metric", space => space.Metric),
                new("made from", space => space.Base ?? "", space => space.Base is null ? space.Views : $"{space.Base} by {space.Head}"),
                new("pictures", space => space.Pictures, space => space.Pictures.ToString("N0", CultureInfo.InvariantCulture)) { AlignRight = true },
                new("index", space => space.Index?.Kind ?? ""),
            ],
            status.Spaces.Select(space => SpaceRecord.Of(space, status)));
        return Task.FromResult(ExitCodes.Ok);
    }
}
