using System.CommandLine;
using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

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
            var counts = tags.Values.SelectMany(list => list).CountBy(tag => tag, StringComparer.Ordinal).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
            if (counts.Length == 0)
                context.Talk.Say("No tags yet; 'semblance tag add TAG PICTURE...' adds one.");
            context.Printer.Rows<KeyValuePair<string, int>>([new("tag", pair => pair.Key), new("pictures", pair => pair.Value)], counts);
        }
        else
        {
            context.Printer.Rows(
                [
                    new("id", item => item.Id, Shown: item => item.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
                    new("path", item => item.Path),
                    new("tags", item => tags.GetValueOrDefault(item.Id) ?? [], Shown: item => string.Join(", ", tags.GetValueOrDefault(item.Id) ?? [])),
                ],
                _selection.Read(context, gallery));
        }
        return Task.FromResult(ExitCodes.Ok);
    }
}
