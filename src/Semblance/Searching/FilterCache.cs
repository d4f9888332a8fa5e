using Semblance.Index;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// The pictures that pass the filters used last, each as long as nothing in the truth has changed. The sets are shared: nobody may change
/// one. Thread-safe.
/// </summary>
internal sealed class FilterCache(IGalleryStore store)
{
    private const int Most = 16;

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _entries = new(); // Used last comes first.

    /// <param name="revision">Of the state that the search goes by; a set of a later one is as good.</param>
    public IdBitmap Passing(string text, long revision)
    {
        Filter filter;
        lock (_lock)
        {
            if (Find(text) is { } known)
            {
                if (known.Revision >= revision)
                    return known.Ids;
                filter = known.Filter;
            }
            else
            {
                filter = Filter.Parse(text);
            }
        }
        var (ids, version) = store.IdsWhere(filter.Root);
        lock (_lock)
        {
            if (Find(text) is { } old)
                _entries.Remove(old);
            _entries.AddFirst(new Entry(filter, ids, version.Revision));
            if (_entries.Count > Most)
                _entries.RemoveLast();
        }
        return ids;
    }

    private Entry? Find(string text)
    {
        for (var node = _entries.First; node is not null; node = node.Next)
        {
            if (node.Value.Filter.Text != text)
                continue;
            if (node.Previous is not null)
            {
                _entries.Remove(node);
                _entries.AddFirst(node);
            }
            return node.Value;
        }
        return null;
    }

    private sealed record Entry(Filter Filter, IdBitmap Ids, long Revision);
}
