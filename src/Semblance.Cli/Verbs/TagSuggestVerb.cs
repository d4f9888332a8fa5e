using System.Globalization;
using System.Text.Json;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

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
        switch (context.Printer.Format)
        {
            case OutputFormat.Json:
                context.Printer.Json(json =>
                {
                    json.WriteStartArray();
                    foreach (var suggestion in suggestions)
                        Write(json, suggestion);
                    json.WriteEndArray();
                });
                break;
            case OutputFormat.JsonLines:
                foreach (var suggestion in suggestions)
                    context.Printer.JsonLine(json => Write(json, suggestion));
                break;
            default:
                context.Printer.Rows(
                    [
                        new("id", suggestion => suggestion.Item.Id, Shown: suggestion => suggestion.Item.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
                        new("tag", suggestion => suggestion.Tags.Count > 0 ? suggestion.Tags[0].Tag : null, Shown: suggestion => suggestion.Tags.Count > 0 ? suggestion.Tags[0].Tag : "unknown"),
                        new("confidence", suggestion => suggestion.Tags.Count > 0 ? suggestion.Tags[0].Confidence : null, Shown: suggestion => suggestion.Tags.Count > 0 ? suggestion.Tags[0].Confidence.ToString("0%", CultureInfo.InvariantCulture) : ""),
                        new("path", suggestion => suggestion.Item.Path),
                        new("unknown", suggestion => suggestion.Unknown, Places.Data),
                    ],
                    suggestions);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, TagSuggestion suggestion)
    {
        json.WriteStartObject();
        json.WriteNumber("id", suggestion.Item.Id);
        json.WriteString("path", suggestion.Item.Path);
        json.WriteStartArray("tags");
        foreach (var tag in suggestion.Tags)
        {
            json.WriteStartObject();
            json.WriteString("tag", tag.Tag);
            json.WriteNumber("confidence", tag.Confidence);
            json.WriteStartArray("support");
            foreach (var support in tag.Support)
            {
                json.WriteStartObject();
                json.WriteNumber("id", support.Id);
                json.WriteNumber("score", support.Score);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("unknown", suggestion.Unknown);
        json.WriteEndObject();
    }
}
