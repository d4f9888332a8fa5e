namespace Semblance.Filtering;

internal abstract class FilterNode
{
    public abstract bool NeedsTags { get; }

    public abstract bool Matches(GalleryItem item, IReadOnlyList<string> tags);
}

/// <summary>True without children.</summary>
internal sealed class AllOf(IReadOnlyList<FilterNode> nodes) : FilterNode
{
    public override bool NeedsTags { get; } = nodes.Any(node => node.NeedsTags);

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags)
    {
        foreach (var node in nodes)
        {
            if (!node.Matches(item, tags))
                return false;
        }
        return true;
    }
}

internal sealed class AnyOf(IReadOnlyList<FilterNode> nodes) : FilterNode
{
    public override bool NeedsTags { get; } = nodes.Any(node => node.NeedsTags);

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags)
    {
        foreach (var node in nodes)
        {
            if (node.Matches(item, tags))
                return true;
        }
        return false;
    }
}

internal sealed class Not(FilterNode node) : FilterNode
{
    public override bool NeedsTags => node.NeedsTags;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => !node.Matches(item, tags);
}

internal sealed class ItemTerm(Func<GalleryItem, bool> test) : FilterNode
{
    public override bool NeedsTags => false;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => test(item);
}

/// <summary>A term over the tags, and over the item too where <paramref name="itemTest"/> is given (bare words).</summary>
internal sealed class TagTerm(Func<string, bool> tagTest, Func<GalleryItem, bool>? itemTest = null) : FilterNode
{
    public override bool NeedsTags => true;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags)
    {
        if (itemTest is not null && itemTest(item))
            return true;
        foreach (var tag in tags)
        {
            if (tagTest(tag))
                return true;
        }
        return false;
    }
}
