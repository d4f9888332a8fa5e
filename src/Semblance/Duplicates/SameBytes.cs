namespace Semblance.Duplicates;

/// <summary>Pictures with the same content hash.</summary>
internal sealed class SameBytes : INeighbours
{
    private readonly IReadOnlyList<GalleryItem> _items;
    private readonly ILookup<string, int> _byHash;

    public SameBytes(IReadOnlyList<GalleryItem> items)
    {
        _items = items;
        _byHash = Enumerable.Range(0, items.Count).ToLookup(position => items[position].Hash);
    }

    public List<Neighbour>[] Near(IReadOnlyList<int> positions, ParallelOptions parallel) => [.. positions.Select(Near)];

    private List<Neighbour> Near(int position) =>
        [.. _byHash[_items[position].Hash].Where(other => other != position).Select(other => new Neighbour(other, 0))];

    public string Why(int position, Neighbour neighbour) => "the same bytes";
}
