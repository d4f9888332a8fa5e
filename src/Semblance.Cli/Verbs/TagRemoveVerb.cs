using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class TagRemoveVerb : Verb
{
    private readonly Argument<string> _tags = new("tag") { Description = "A tag, or several separated by commas" };

    private readonly ItemSelection _selection = new();

    private readonly Setting<bool> _all = Setting.Flag("all", "From all pictures");

    private readonly Setting<bool> _yes = Setting.Flag("yes", "Carry it out; without it, --all and --where only say what would be done", "-y");

    public override IReadOnlyList<Argument> Arguments => [_tags, _selection.Items];

    public override IReadOnlyList<Setting> Settings => [_selection.Where, _all, _yes];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance tag rm holiday 17", "From one picture"),
        ("semblance tag rm holiday --all --yes", "The tag itself"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var tags = TagNames.Parse(context.Get(_tags));
        var all = context.Get(_all);
        if (all != _selection.IsEmpty(context))
            throw new UsageException(all ? "--all and a selection contradict each other." : "Name the pictures, by number or path, or give --where FILTER or --all.");
        using var gallery = context.OpenGallery();
        // Pictures whose file is missing lose the tag too, so that it does not come back with them.
        var items = all ? [.. gallery.Items(includeMissing: true)] : _selection.Read(context, gallery);
        var tagged = gallery.AllTags();
        var ids = items.Select(item => item.Id).Where(id => all || tagged.ContainsKey(id)).ToArray();
        var isDry = (all || context.Get(_selection.Where) is not null) && !context.Get(_yes);
        var removed = isDry
            ? ids.Sum(id => tagged.GetValueOrDefault(id)?.Count(tag => tags.Contains(tag)) ?? 0)
            : gallery.RemoveTags(ids, tags);
        context.Printer.One(WireJson.Default.TagsRemovedRecord, new TagsRemovedRecord(tags, items.Count, removed, isDry));
        if (isDry)
            context.Talk.Say("Dry run: nothing was changed. Add --yes to remove.");
        return Task.FromResult(ExitCodes.Ok);
    }
}
