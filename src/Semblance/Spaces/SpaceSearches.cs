using Microsoft.Extensions.Logging;
using Semblance.Networks;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>The searches of a gallery's spaces, each made when first asked for and kept; closes those used longest ago when memory is short. Thread-safe.</summary>
/// <param name="budget">Bytes that open indexes may take together, mapped files included; the one just asked for stays in any case.</param>
/// <param name="changed">Told of each search whose index was opened or has caught up with something.</param>
internal sealed class SpaceSearches(IGalleryStore store, string galleryFolder, int seed, long budget, Action<ISpaceSearch>? changed, ILogger log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, ISpaceSearch> _searches = [];
    private readonly List<long> _used = []; // Ids of spaces, the last used at the end.

    /// <summary>The search of a space, caught up with <paramref name="state"/>.</summary>
    public ISpaceSearch Open(Space space, GalleryState state, CancellationToken cancellationToken)
    {
        ISpaceSearch search;
        lock (_lock)
        {
            search = Find(space);
            if (_used.Count == 0 || _used[^1] != space.Id)
            {
                _used.Remove(space.Id);
                _used.Add(space.Id);
            }
        }
        if (search.CatchUp(state, cancellationToken))
            changed?.Invoke(search);
        KeepBudget();
        return search;
    }

    /// <summary>The search of a space as it is, perhaps not open.</summary>
    public ISpaceSearch Find(Space space)
    {
        lock (_lock)
            return _searches.TryGetValue(space.Id, out var search) ? search : _searches[space.Id] = Create(space);
    }

    /// <summary>Lets go of a space that is to be removed.</summary>
    public void Forget(long spaceId)
    {
        lock (_lock)
        {
            _used.Remove(spaceId);
            if (_searches.Remove(spaceId, out var search))
                search.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var search in _searches.Values)
                search.Dispose();
            _searches.Clear();
        }
    }

    private ISpaceSearch Create(Space space) => space.Kind switch
    {
        SpaceKind.Float => new FloatSpaceSearch(store, space, galleryFolder, seed) { Log = log },
        SpaceKind.Bits => new CodeSpaceSearch(store, space, galleryFolder, seed) { Log = log },
        _ => throw new ArgumentOutOfRangeException(nameof(space), space.Kind, "No search for this kind of space."),
    };

    private void KeepBudget()
    {
        lock (_lock)
        {
            // One space alone is never closed, which is the usual case and costs nothing here.
            if (_used.Count < 2)
                return;
            var open = _searches.Values.Sum(search => search.OpenBytes);
            for (var i = 0; i < _used.Count - 1 && open > budget; i++)
            {
                var oldest = _searches[_used[i]];
                open -= oldest.OpenBytes;
                oldest.Close();
            }
        }
    }
}
