using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Settings;

namespace Semblance.Cli.Verbs;

/// <summary>Which pictures of the gallery a verb is about: numbers and paths, or all that pass a filter.</summary>
internal sealed class ItemSelection
{
    public Argument<string[]> Items { get; } = new("picture") { Arity = ArgumentArity.ZeroOrMore, Description = "Pictures of the gallery: N, id:N or a path" };

    public Setting<string?> Where { get; } = Setting.Text("where", "FILTER", "All pictures that pass, e.g. 'label:cat -path:**/cache/**'", "-w");

    /// <summary>True when the user named neither pictures nor a filter.</summary>
    public bool IsEmpty(VerbContext context) => context.Get(Items).Length == 0 && context.Get(Where) is null;

    /// <summary>The selected pictures in id order.</summary>
    /// <exception cref="UsageException">Both ways of selecting at once, or a picture that the gallery does not hold.</exception>
    public IReadOnlyList<GalleryItem> Read(VerbContext context, Gallery gallery)
    {
        var typed = context.Get(Items);
        if (context.Get(Where) is not { } where)
            return [.. typed.Select(text => Find(text, context, gallery)).DistinctBy(item => item.Id).OrderBy(item => item.Id)];
        if (typed.Length > 0)
            throw new UsageException("Name pictures or give --where, not both.");
        return Passing(gallery, where);
    }

    /// <summary>The present pictures that pass a filter, in id order; all without one.</summary>
    public static List<GalleryItem> Passing(Gallery gallery, string? where)
    {
        if (where is null)
            return [.. gallery.Items()];
        var filter = Filter.Parse(where);
        var tags = filter.NeedsTags ? gallery.AllTags() : null;
        return [.. gallery.Items().Where(item => filter.Matches(item, tags?.GetValueOrDefault(item.Id) ?? []))];
    }

    private static GalleryItem Find(string text, VerbContext context, Gallery gallery)
    {
        if (gallery.ItemByPath(context.FullPath(text)) is { } item)
            return item;
        if (File.Exists(context.FullPath(text)))
            throw new UsageException($"'{text}' is not in the gallery; index its folder first.");
        if (!text.StartsWith("id:", StringComparison.Ordinal) && !text.All(char.IsAsciiDigit))
            throw new UsageException($"'{text}' is neither a number nor the path of a picture of the gallery.");
        var id = ItemNumbers.Parse(text);
        return gallery.Item(id) ?? throw new UsageException($"The gallery has no picture number {id}.");
    }
}
