using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

namespace Semblance.Cli.Verbs;

internal sealed class SimilarVerb : Verb
{
    private readonly Argument<string> _id = new("id") { Description = "Number of a picture of the gallery, as search prints it (N or id:N)" };

    private readonly SearchLimits _limits = new();

    public override IReadOnlyList<Argument> Arguments => [_id];

    public override IReadOnlyList<Setting> Settings => _limits.All;

    public override IReadOnlyList<OutputFormat> Formats => SearchLimits.Formats;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance similar 17 -k 20", "The twenty pictures most like number 17"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var query = _limits.Apply(context, Query.FromId(ItemNumbers.Parse(context.Get(_id))));
        using var gallery = context.OpenGallery();
        var hits = await gallery.SearchAsync(query, context.Get(_limits.Count), cancellationToken);
        return _limits.Print(context, gallery, hits, withWord: false, "Like number " + context.Get(_id), query, cancellationToken);
    }
}
