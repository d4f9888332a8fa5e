using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Imaging;

namespace Semblance.Cli.Verbs;

internal sealed class SearchVerb : Verb
{
    private readonly Argument<string[]> _queries = new("query")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "A picture's path or URL, id:N (or N), text:WORDS; + and - between queries; a weight before one: 2:a.jpg",
    };

    private readonly Setting<PictureBox?> _box = Setting.Parsed<PictureBox?>("box", "x,y,w,h", "Look only at this part of the (first) picture, in pixels of the upright original", null, "x,y,w,h in whole pixels", text => PictureBox.TryParse(text, out var box) ? (true, box) : (false, null));

    private readonly Setting<bool> _explain = Setting.Flag("explain", "Say on standard error how the answer was found: index, effort, what was looked at, recall, time; adds the word of each score to json and csv");

    private readonly SearchLimits _limits = new();

    public override IReadOnlyList<Argument> Arguments => [_queries];

    public override IReadOnlyList<Setting> Settings => [.. _limits.All, _box, _explain];

    public override IReadOnlyList<OutputFormat> Formats => SearchLimits.Formats;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance search beach.jpg", "The ten pictures most like a file, with scores"),
        ("semblance search beach.jpg + 2:dog.jpg - crowd.jpg", "Like the beach and, twice as much, the dog; unlike the crowd"),
        ("semblance search street.jpg --box 40,60,200,200 --where 'date:2020..2021 -tag:private'", "Like a part of a picture, among some of the gallery"),
        ("semblance search id:17 --min-score 0.6 --format paths", "Paths alone, for other commands (-0 ends each with NUL)"),
        ("semblance search beach.jpg --output hits.html", "A page to look at"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var query = _limits.Apply(context, QueryGrammar.Parse(context.Get(_queries), context.FullPath, context.Get(_box)));
        using var gallery = context.OpenGallery();
        var explain = context.Get(_explain);
        IReadOnlyList<SearchHit> hits;
        if (explain)
        {
            (hits, var how) = await gallery.ExplainAsync(query, context.Get(_limits.Count), cancellationToken);
            Explanations.Print(context, how);
        }
        else
        {
            hits = await gallery.SearchAsync(query, context.Get(_limits.Count), cancellationToken);
        }
        return _limits.Print(context, gallery, hits, explain, string.Join(' ', context.Get(_queries)), query, cancellationToken);
    }
}
