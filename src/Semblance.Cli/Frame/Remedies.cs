using Semblance.Networks;
using Semblance.Reports;

namespace Semblance.Cli.Frame;

/// <summary>
/// What to type about a failure. The floors below say what is wrong and name no command; verbs and flags are known here alone.
/// </summary>
/// <param name="gallery">What to add to a command so that it means the same gallery: <c> --gallery NAME</c>, or nothing.</param>
internal sealed class Remedies(string gallery)
{
    /// <summary>For a failure before the gallery is known.</summary>
    public static Remedies Plain { get; } = new("");

    /// <summary>With the flag where the user gave it, or where the failure is about another gallery than a command without it would open.</summary>
    /// <param name="typed">What stood after <c>--gallery</c>; null where nothing did.</param>
    /// <param name="folder">The gallery that a command without the flag opens.</param>
    public static Remedies For(string? typed, string folder, Exception failure)
    {
        var meant = typed ?? (Errors.DetailsOf(failure).TryGetValue("folder", out var named) && failure is GalleryException && named != folder ? named : null);
        return meant is null ? Plain : new Remedies(" --gallery " + Quoted(meant));
    }

    /// <summary>For commands that name the gallery wherever they are typed.</summary>
    public static Remedies ForFolder(string folder) => new(" --gallery " + Quoted(folder));

    /// <summary>A sentence to add to the failure's own; null where that says all.</summary>
    public string? Of(Exception failure) => failure switch
    {
        GalleryException { Error: var error, Details: var details } => Of(error, details),
        ModelException { Error: var error, Details: var details } => Of(error, details),
        _ => null,
    };

    /// <summary>Sentences to add to a list of files that could not be indexed.</summary>
    /// <param name="reasons">Words such as <c>too-large</c>; each kind is spoken of once.</param>
    public static IEnumerable<string> OfFailedFiles(IEnumerable<string> reasons)
    {
        var present = reasons.ToHashSet(StringComparer.Ordinal);
        if (present.Contains("too-large"))
            yield return "Where pictures have too many pixels, --max-megapixels N raises the limit; bytes of a file have a limit of their own.";
        if (present.Contains("not-a-picture") || present.Contains("unsupported"))
            yield return "'semblance formats' lists what can be decoded.";
    }

    /// <summary>The command that moves the gallery to another model.</summary>
    public string Reindex(string model) => $"semblance reindex --model {Quoted(model)}{gallery}";

    private string? Of(GalleryError error, IReadOnlyDictionary<string, string> details) => error switch
    {
        GalleryError.NoGallery => $"'semblance index DIR{gallery}' makes one.",
        GalleryError.EmptyGallery => $"'semblance index DIR{gallery}' adds some.",
        GalleryError.NoPicture => $"'semblance export --format jsonl{gallery}' lists the numbers.",
        GalleryError.NoWords => "--where FILTER finds by name, tag or folder.",
        GalleryError.OtherModel or GalleryError.RetiredModel when details.TryGetValue("asked", out var asked) => $"'{Reindex(asked)}' switches it.",
        GalleryError.ChangedModel when details.TryGetValue("model", out var model) => $"'{Reindex(model)}' takes the present one.",
        GalleryError.GalleryExists => "--yes lets it be replaced, --gallery names another.",
        GalleryError.Foreign or GalleryError.CannotMigrate => "--gallery names another folder.",
        GalleryError.FolderEmptied => "If they are really gone, run this again with --allow-empty.",
        GalleryError.NoQueries => "--queries DIR names it.",
        GalleryError.NoPairs => "--protocol pairs FILE names it.",
        GalleryError.BadLabels when !details.ContainsKey("file") => "--labels FILE.csv gives labels from a file.",
        _ => null,
    };

    private string? Of(ModelError error, IReadOnlyDictionary<string, string> details) => error switch
    {
        ModelError.NoModel => "'semblance models' lists them, 'semblance models add' adds one.",
        ModelError.Retired when details.TryGetValue("asked", out var asked) => $"'{Reindex(asked)}' moves a gallery to it.",
        ModelError.NameTaken when details.TryGetValue("model", out var model) => $"--id NAME gives another name; 'semblance models rm {Quoted(model)}' removes that one.",
        _ => null,
    };

    /// <summary>As a shell takes it for one word.</summary>
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ':' or '\\') ? word : $"\"{word}\"";
}
