using System.Collections.Concurrent;
using Semblance.Searching;

namespace Semblance.Duplicates;

/// <summary>Whether pictures of a list agree by their pixels; each is decoded once. Thread-safe.</summary>
internal sealed class PixelAgreement(IReadOnlyList<GalleryItem> items)
{
    private const int MostGrids = 100_000;

    private readonly ConcurrentDictionary<int, PixelGrid?> _grids = [];

    /// <summary>False, too, where a file cannot be read any more: what cannot be shown is not proposed.</summary>
    public bool Agree(int one, int other) => Of(one) is { } a && Of(other) is { } b && a.Agrees(b);

    private PixelGrid? Of(int position)
    {
        if (_grids.Count >= MostGrids)
            _grids.Clear();
        return _grids.GetOrAdd(position, key => PixelGrid.OfFile(items[key].Path));
    }
}
