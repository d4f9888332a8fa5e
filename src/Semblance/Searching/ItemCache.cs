namespace Semblance.Searching;

/// <summary>Pictures that answers were made of lately, as long as nothing in the truth has changed. Thread-safe.</summary>
internal sealed class ItemCache
{
    /// <summary>About half a kilobyte each.</summary>
    private const int Most = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, GalleryItem> _items = [];
    private long _revision = -1;

    /// <summary>Those of the ids that are known of this revision.</summary>
    public Dictionary<long, GalleryItem> Find(IReadOnlyList<long> ids, long revision)
    {
        var found = new Dictionary<long, GalleryItem>(ids.Count);
        lock (_lock)
        {
            if (_revision != revision)
                return found;
            foreach (var id in ids)
            {
                if (_items.TryGetValue(id, out var item))
                    found[id] = item;
            }
        }
        return found;
    }

    public void Keep(IEnumerable<GalleryItem> items, long revision)
    {
        lock (_lock)
        {
            if (revision < _revision)
                return;
            if (revision > _revision || _items.Count >= Most)
                _items.Clear();
            _revision = revision;
            foreach (var item in items)
                _items[item.Id] = item;
        }
    }
}
