using Semblance.Cli.Frame;
using Semblance.Cli.Settings;
using Semblance.Index;

namespace Semblance.Cli.Verbs;

/// <summary>The flags that say which index a gallery keeps and how well it shall find; what is given stays with the gallery.</summary>
internal sealed class IndexSettings
{
    private static readonly string s_kinds = string.Join(", ", [Gallery.AutomaticIndex, .. VectorIndexes.Kinds]);

    // Not named "index", which in semblance.json is the section of that verb.
    private readonly Setting<string?> _kind = Setting.Parsed<string?>(
        "index-kind",
        "KIND",
        $"Index to keep from now on: {s_kinds} (at first: auto, which goes by the number of pictures)",
        null,
        "one of " + s_kinds,
        text => text == Gallery.AutomaticIndex || VectorIndexes.Kinds.Contains(text) ? (true, text) : (false, null),
        "--index");

    private readonly Setting<double?> _targetRecall = TargetRecall("Share of the true nearest ten that searches shall find on average from now on; 1 scans all pictures (at first: 0.98)");

    public IReadOnlyList<Setting> All => [_kind, _targetRecall];

    public static Setting<double?> TargetRecall(string description) => Setting.OptionalNumber("target-recall", "R", description, 0.01, 1);

    /// <summary>Stores what was given with the gallery.</summary>
    public void Apply(VerbContext context, Gallery gallery)
    {
        if (context.Get(_kind) is { } kind && kind != gallery.IndexKind)
            gallery.IndexKind = kind;
        if ((float?)context.Get(_targetRecall) is { } recall && recall != gallery.TargetRecall)
            gallery.TargetRecall = recall;
    }
}
