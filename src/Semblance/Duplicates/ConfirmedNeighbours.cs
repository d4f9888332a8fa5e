namespace Semblance.Duplicates;

/// <summary>
/// Neighbours by colour alone whose pixels do not deny it: two drawings in the same colours have the same histogram, and are no copies
/// of each other.
/// </summary>
internal sealed class ConfirmedNeighbours(INeighbours inner, IReadOnlyList<GalleryItem> items) : INeighbours
{
    private readonly PixelAgreement _pixels = new(items);

    public List<Neighbour>[] Near(IReadOnlyList<int> positions, ParallelOptions parallel)
    {
        var near = inner.Near(positions, parallel);
        Parallel.For(0, near.Length, parallel, i => near[i].RemoveAll(neighbour => !_pixels.Agree(positions[i], neighbour.Position)));
        return near;
    }

    public string Why(int position, Neighbour neighbour) => inner.Why(position, neighbour) + ", and the same shapes";
}
