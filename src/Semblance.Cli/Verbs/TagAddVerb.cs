using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class TagAddVerb : Verb
{
    private readonly Argument<string> _tags = new("tag") { Description = "A tag, or several separated by commas" };

    private readonly ItemSelection _selection = new();

    public override IReadOnlyList<Argument> Arguments => [_tags, _selection.Items];

    public override IReadOnlyList<Setting> Settings => [_selection.Where];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance tag add holiday 17 18 beach.jpg", "Tag pictures by number or path"),
        ("semblance search beach.jpg --min-score 0.8 --format json | jq '.[].id' | xargs semblance tag add beach", "Tag what a search finds"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var tags = TagNames.Parse(context.Get(_tags));
        if (_selection.IsEmpty(context))
            throw new UsageException("Name the pictures to tag, by number or path, or give --where FILTER.");
        using var gallery = context.OpenGallery();
        var items = _selection.Read(context, gallery);
        var added = gallery.AddTags([.. items.Select(item => item.Id)], tags);
        context.Printer.One(WireJson.Default.TagsAddedRecord, new TagsAddedRecord(tags, items.Count, added));
        return Task.FromResult(ExitCodes.Ok);
    }
}
