using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class TagSuggestVerb : Verb
{
    private readonly Setting<double?> _minConfidence = Setting.OptionalNumber("min-confidence", "C", "Suggest only tags that are right at least so often (default: 0.5)", 0, 1);

    private readonly Setting<int> _neighbours = Setting.WholeNumber("neighbours", "Tagged pictures that vote (default: 10)", 10, 1);

    private readonly Setting<bool> _apply = Setting.Flag("apply", "Give each picture its most confident suggestion; needs --yes");

    private readonly Setting<bool> _yes = Setting.Flag("yes", "Carry --apply out; without it, only the suggestions are shown", "-y");

    public override IReadOnlyList<Setting> Settings => [_minConfidence, _neighbours, _apply, _yes];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override string Details => "Confidence is how often such a suggestion is right, measured by leaving out tagged pictures in turn where there are enough. 'unknown' is an answer.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance tag suggest --min-confidence 0.8", "Only what is fairly sure"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        var suggester = new TagSuggester(gallery);
        var options = new TagSuggestOptions { Neighbours = context.Get(_neighbours), Seed = context.Seed };
        if (context.Get(_minConfidence) is { } least)
            options = options with { MinConfidence = least };
        var suggestions = suggester.Suggest(options, cancellationToken);
        Print(context, suggestions);
        var known = suggestions.Where(suggestion => suggestion.Tags.Count > 0).ToArray();
        context.Talk.Say(suggestions.Count == 0 ? "Every picture has a tag." : $"{Printable.Pictures(suggestions.Count)} without a tag: {known.Length:N0} with a suggestion, {suggestions.Count - known.Length:N0} unknown.");
        if (context.Get(_apply))
            Apply(context, gallery, known);
        return Task.FromResult(ExitCodes.Ok);
    }

    private void Apply(VerbContext context, Gallery gallery, TagSuggestion[] known)
    {
        if (!context.Get(_yes))
        {
            context.Talk.Say("Dry run: nothing was changed. Add --yes to tag them.");
            return;
        }
        foreach (var group in known.GroupBy(suggestion => suggestion.Tags[0].Tag, StringComparer.Ordinal))
            gallery.AddTags([.. group.Select(suggestion => suggestion.Item.Id)], [group.Key]);
        context.Talk.Say($"{Printable.Pictures(known.Length)} tagged.");
    }

    private static void Print(VerbContext context, IReadOnlyList<TagSuggestion> suggestions)
    {
        if (context.Printer.Format is OutputFormat.Json or OutputFormat.JsonLines)
        {
            context.Printer.List(WireJson.Default.TagSuggestionRecord, suggestions.Select(TagSuggestionRecord.Of));
            return;
        }
        context.Printer.Rows(
            WireJson.Default.TagSuggestionLineRecord,
            [
                new("id", line => line.Id, line => line.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
                new("tag", line => line.Tag, line => line.Tag ?? "unknown"),
                new("confidence", line => line.Confidence, line => line.Confidence?.ToString("0%", CultureInfo.InvariantCulture) ?? ""),
                new("path", line => line.Path),
            ],
            suggestions.Select(TagSuggestionLineRecord.Of));
    }
}
