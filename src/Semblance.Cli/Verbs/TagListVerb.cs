using System.CommandLine;
using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class TagListVerb : Verb
{
    private readonly ItemSelection _selection = new();

    public override IReadOnlyList<Argument> Arguments => [_selection.Items];

    public override IReadOnlyList<Setting> Settings => [_selection.Where];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance tag ls", "All tags with their number of pictures"),
        ("semblance tag ls 17", "The tags of a picture"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        var tags = gallery.AllTags();
        if (_selection.IsEmpty(context))
        {
            var counts = tags.Values.SelectMany(list => list).CountBy(tag => tag, StringComparer.Ordinal).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new TagCountRecord(pair.Key, pair.Value)).ToArray();
            if (counts.Length == 0)
                context.Talk.Say("No tags yet; 'semblance tag add TAG PICTURE...' adds one.");
            context.Printer.Rows(WireJson.Default.TagCountRecord, [new("tag", count => count.Tag), new("pictures", count => count.Pictures)], counts);
        }
        else
        {
            context.Printer.Rows(
                WireJson.Default.TaggedItemRecord,
                [
                    new("id", item => item.Id, item => item.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
                    new("path", item => item.Path),
                    new("tags", item => item.Tags, item => string.Join(", ", item.Tags)),
                ],
                _selection.Read(context, gallery).Select(item => new TaggedItemRecord(item.Id, item.Path, tags.GetValueOrDefault(item.Id) ?? [])));
        }
        return Task.FromResult(ExitCodes.Ok);
    }
}
