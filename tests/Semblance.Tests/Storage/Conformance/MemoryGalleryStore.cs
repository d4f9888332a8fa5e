using Semblance.Filtering;
using Semblance.Index;
using Semblance.Storage;

namespace Semblance.Tests.Storage.Conformance;

/// <summary>
/// The contract a second time, over lists in memory and one lock, without a line of the data base's: what the suite says of both is about the contract.
/// </summary>
internal sealed class MemoryGalleryStore : IGalleryStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Row> _items = [];
    private readonly SortedDictionary<long, (Space Space, byte[]? Projection, ScoreScale? Scale)> _spaces = [];
    private readonly Dictionary<(long Space, long Item), byte[][]> _vectors = [];
    private readonly Dictionary<(long Space, long Item), long> _later = [];
    private readonly Dictionary<string, string> _settings = [];
    private readonly SortedSet<string> _roots = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (FailedFile File, DateTime At)> _failures = new(StringComparer.Ordinal);
    private long _nextItem = 1;
    private long _nextSpace = 1;
    private GalleryVersion _version;
    private int _longLeases;

    public string Location => "memory";

    public bool IsReadOnly => false;

    public GalleryVersion Version => Locked(() => _version);

    public IReadOnlyList<string> Roots => Locked<IReadOnlyList<string>>(() => [.. _roots]);

    public IReadOnlyList<GalleryFailure> Failures => Locked<IReadOnlyList<GalleryFailure>>(() => [.. _failures.Values.Select(failed => new GalleryFailure(failed.File.Path, failed.File.Reason, failed.File.Message, failed.At))]);

    public void AddRoots(IReadOnlyList<string> roots) => Change(() => _roots.UnionWith(roots));

    public IEnumerable<GalleryItem> Items(bool includeMissing = false) => Locked(() => _items.Values.Select(row => row.Item).Where(item => includeMissing || !item.Missing).ToArray());

    public GalleryItem? Item(long id) => Locked(() => _items.GetValueOrDefault(id)?.Item);

    public GalleryItem? ItemByPath(string path) => Locked(() => _items.Values.FirstOrDefault(row => row.Item.Path == path)?.Item);

    public GalleryItem? ItemByHash(string hash, long spaceId) => Locked(() => _items.Values.Select(row => row.Item)
        .Where(item => item.Hash == hash && _vectors.ContainsKey((spaceId, item.Id))).OrderBy(item => item.Missing).ThenBy(item => item.Id).FirstOrDefault());

    public IReadOnlyDictionary<long, GalleryItem> ItemsById(IReadOnlyCollection<long> ids) => Locked(() => ids.Distinct().Where(_items.ContainsKey).ToDictionary(id => id, id => _items[id].Item));

    public T ReadAnswer<T>(IReadOnlyList<long> candidates, Func<AnswerRows, T> work) => Locked(() => work(new AnswerRows(
        _version,
        id => candidates.Contains(id) && _items.TryGetValue(id, out var own) ? new ItemMark(own.Item.Missing, own.Item.PHash, own.Item.DHash) : null,
        ItemsById)));

    public (IReadOnlyDictionary<long, GalleryItem> Items, GalleryVersion Version) ReadItems(IReadOnlyList<long> ids) => Locked(() => (ItemsById(ids.ToHashSet()), _version));

    public void ReadHashes(long changes, HashVisitor visit)
    {
        foreach (var row in Locked(() => _items.Values.Where(row => row.Changed > changes).ToArray()))
            visit(row.Item.Id, row.Item.Missing, row.Item.PHash);
    }

    public (IdBitmap Ids, GalleryVersion Version) IdsWhere(FilterNode filter) =>
        Locked(() => (new IdBitmap(_items.Values.Where(row => !row.Item.Missing && filter.Matches(row.Item, [.. row.Tags])).Select(row => row.Item.Id)), _version));

    public long CountItems(bool includeMissing = false) => Items(includeMissing).LongCount();

    public IEnumerable<ItemStamp> Stamps() => Locked(() => _items.Values.Select(row => new ItemStamp(row.Item.Id, row.Item.Path, row.Item.Size, row.Item.Modified, row.Item.Hash, row.Item.Missing, row.FactsOutdated)).ToArray());

    public void Commit(IngestBatch batch) => Change(() =>
    {
        var changes = NextChange();
        foreach (var (id, path, size, modified) in batch.Renamed)
        {
            foreach (var old in _items.Values.Where(row => row.Item.Path == path && row.Item.Missing && row.Item.Id != id).Select(row => row.Item.Id).ToArray())
                Drop(old);
            Update(id, changes, item => item with { Path = path, Size = size, Modified = modified, Missing = false });
        }
        foreach (var (id, size, modified) in batch.Touched)
            Update(id, changes, item => item with { Size = size, Modified = modified, Missing = false });
        foreach (var id in batch.Vanished)
            Update(id, changes, item => item with { Missing = true });
        foreach (var picture in batch.Pictures)
        {
            var known = _items.Values.FirstOrDefault(row => row.Item.Path == picture.Item.Path);
            var id = known?.Item.Id ?? _nextItem++;
            _items[id] = new Row(picture.Item with { Id = id, Missing = false }) { Changed = changes, Tags = known?.Tags ?? new(StringComparer.Ordinal), Sidecars = picture.Sidecars };
            foreach (var space in _spaces.Keys)
                _vectors.Remove((space, id));
            foreach (var (space, parts) in picture.Vectors)
                _vectors[(space, id)] = [.. parts];
        }
        Put(batch.Facts);
        foreach (var failed in batch.Failed)
            _failures[failed.Path] = (failed, DateTime.UtcNow);
        foreach (var path in batch.Recovered)
            _failures.Remove(path);
    });

    public IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> AllSidecars() => Locked(() => _items.Values.Where(row => !row.Item.Missing && row.Sidecars.Count > 0)
        .ToDictionary(row => row.Item.Id, row => (IReadOnlyList<Sidecar>)[.. row.Sidecars.OrderBy(sidecar => sidecar.Path, StringComparer.Ordinal)]));

    public void SaveFacts(IReadOnlyList<ItemFacts> facts) => Change(() => Put(facts));

    public long CountOutdatedFacts() => Locked(() => _items.Values.LongCount(row => !row.Item.Missing && row.FactsOutdated));

    public IReadOnlyDictionary<string, (long Size, DateTime Modified)> FailureStamps() => Locked(() =>
        _failures.Values.ToDictionary(failed => failed.File.Path, failed => (failed.File.Size, failed.File.Reason == "unsupported" ? new DateTime(0, DateTimeKind.Utc) : failed.File.Modified), StringComparer.Ordinal));

    public IReadOnlyList<string> Tags(long itemId) => Locked<IReadOnlyList<string>>(() => [.. _items.GetValueOrDefault(itemId)?.Tags ?? []]);

    public IReadOnlyDictionary<long, IReadOnlyList<string>> AllTags() => Locked(() => _items.Values.Where(row => row.Tags.Count > 0).ToDictionary(row => row.Item.Id, row => (IReadOnlyList<string>)[.. row.Tags]));

    public long CountTags() => Locked(() => _items.Values.SelectMany(row => row.Tags).Distinct(StringComparer.Ordinal).LongCount());

    public int AddTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags) => Change(() =>
    {
        if (itemIds.FirstOrDefault(id => !_items.ContainsKey(id)) is var unknown and not 0)
            throw new GalleryException($"There is no picture with id {unknown} in '{Location}'.");
        return itemIds.Sum(id => tags.Count(_items[id].Tags.Add));
    });

    public int RemoveTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags) => Change(() => itemIds.Where(_items.ContainsKey).Sum(id => tags.Count(_items[id].Tags.Remove)));

    public IReadOnlyList<byte[]> Vectors(long spaceId, long itemId) => Locked(() => _vectors.GetValueOrDefault((spaceId, itemId), []));

    public VectorCount CountVectors(long spaceId) => Locked(() => Present(spaceId) is var present ? new VectorCount(present.Sum(pair => pair.Parts.Length), present.Length) : default);

    public void ReadVectors(long spaceId, VectorVisitor visit)
    {
        foreach (var (item, parts) in Locked(() => Present(spaceId)))
        {
            for (var part = 0; part < parts.Length; part++)
                visit(item, part, parts[part]);
        }
    }

    public IEnumerable<GalleryItem> ItemsWithoutVector(long spaceId) => Locked(() => _items.Values.Select(row => row.Item).Where(item => !item.Missing && !_vectors.ContainsKey((spaceId, item.Id))).ToArray());

    public void AddVectors(long spaceId, IReadOnlyList<ItemVectors> vectors) => Change(() =>
    {
        var changes = NextChange();
        foreach (var (id, parts) in vectors.Where(of => _items.ContainsKey(of.ItemId)))
        {
            _vectors[(spaceId, id)] = [.. parts];
            _later[(spaceId, id)] = changes;
        }
    });

    public void ChangesSince(long spaceId, long changes, VectorVisitor visit)
    {
        var changed = Locked(() => _items.Values.Where(row => row.Changed > changes || _later.GetValueOrDefault((spaceId, row.Item.Id)) > changes).Select(row => (row.Item.Id, Parts: row.Item.Missing ? [] : _vectors.GetValueOrDefault((spaceId, row.Item.Id), []))).ToArray());
        foreach (var (item, parts) in changed)
        {
            if (parts.Length == 0)
                visit(item, 0, []);
            for (var part = 0; part < parts.Length; part++)
                visit(item, part, parts[part]);
        }
    }

    public IEnumerable<(long ItemId, bool IsFound)> PicturesChangedSince(long spaceId, long changes)
    {
        var pictures = new Dictionary<long, bool>();
        ChangesSince(spaceId, changes, (item, _, bytes) => pictures[item] = bytes.Length > 0);
        return pictures.Select(pair => (pair.Key, pair.Value));
    }

    public GalleryState LoadState() => Locked(() => new GalleryState(
        _version,
        [.. _spaces.Values.Select(space => space.Space)],
        _spaces.Where(space => space.Value.Scale is not null).ToDictionary(space => space.Key, space => space.Value.Scale!),
        new Dictionary<string, string>(_settings)));

    public Space AddSpace(Space space, byte[]? projection = null) => Change(() =>
    {
        var added = space with { Id = _nextSpace++ };
        _spaces[added.Id] = (added, projection, null);
        return added;
    });

    public Space ReplaceSpace(long spaceId, Space space, byte[] projection) => Change(() =>
    {
        if (_spaces[spaceId].Space.Base is not null)
            _spaces.Remove(spaceId);
        var added = space with { Id = _nextSpace++ };
        _spaces[added.Id] = (added, projection, null);
        return added;
    });

    public void ActivateSpace(long spaceId) => Change(() =>
    {
        foreach (var id in _spaces.Keys.ToArray())
            Set(id, space => space with { Active = id == spaceId });
    });

    public void SetTakesPictures(long spaceId, bool takes) => Change(() => Set(spaceId, space => space with { TakesPictures = takes }));

    public void RemoveSpace(long spaceId) => Change(() =>
    {
        if (!_spaces.TryGetValue(spaceId, out var space) || (space.Space.Active && Present(spaceId).Length > 0) || _spaces.Values.Any(other => other.Space.Base?.SpaceId == spaceId))
            return;
        _spaces.Remove(spaceId);
        foreach (var key in _vectors.Keys.Where(key => key.Space == spaceId).ToArray())
            _vectors.Remove(key);
    });

    public Space SaveProjection(long spaceId, byte[] projection, long fittedCount) => Change(() =>
    {
        var space = _spaces[spaceId].Space;
        space = space with { ProjectionVersion = space.ProjectionVersion + 1, FittedCount = fittedCount };
        _spaces[spaceId] = (space, projection, null);
        return space;
    });

    public (int Version, byte[]? Bytes) LoadProjection(long spaceId) => Locked(() => (_spaces[spaceId].Space.ProjectionVersion, _spaces[spaceId].Projection));

    public void SaveScoreScale(long spaceId, ScoreScale scale) => Change(() => _spaces[spaceId] = _spaces[spaceId] with { Scale = scale });

    public void SaveSetting(string name, string value) => Change(() => _settings[name] = value);

    public IDisposable TakeLongLease() => Locked(() =>
    {
        if (_longLeases > 0)
            throw new GalleryRefusedException("Somebody else is changing the gallery.");
        _longLeases++;
        return new Lease(() => Locked(() => _longLeases--));
    });

    public IDisposable TakeShortLease() => new Lease(() => { });

    public IReadOnlyList<string> CheckIntegrity() => [];

    public void BackupTo(string file) => throw new NotSupportedException("Memory has no file.");

    public void Dispose()
    {
    }

    private (long Item, byte[][] Parts)[] Present(long spaceId) =>
        [.. _items.Values.Where(row => !row.Item.Missing && _vectors.ContainsKey((spaceId, row.Item.Id))).Select(row => (row.Item.Id, _vectors[(spaceId, row.Item.Id)]))];

    private void Set(long spaceId, Func<Space, Space> change) => _spaces[spaceId] = _spaces[spaceId] with { Space = change(_spaces[spaceId].Space) };

    private void Update(long id, long changes, Func<GalleryItem, GalleryItem> change)
    {
        if (!_items.TryGetValue(id, out var row))
            return;
        row.Item = change(row.Item);
        row.Changed = changes;
    }

    private void Put(IReadOnlyList<ItemFacts> facts)
    {
        foreach (var of in facts.Where(of => _items.ContainsKey(of.ItemId)))
        {
            var row = _items[of.ItemId];
            row.Item = row.Item with { Photo = of.Photo };
            row.Sidecars = of.Sidecars;
            row.FactsOutdated = false;
        }
    }

    private void Drop(long id)
    {
        _items.Remove(id);
        foreach (var key in _vectors.Keys.Where(key => key.Item == id).ToArray())
            _vectors.Remove(key);
    }

    private long NextChange()
    {
        _version = _version with { Changes = _version.Changes + 1 };
        return _version.Changes;
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_lock)
            return work();
    }

    private void Change(Action work) => Change(() =>
    {
        work();
        return 0;
    });

    private T Change<T>(Func<T> work)
    {
        lock (_lock)
        {
            var result = work();
            _version = _version with { Revision = _version.Revision + 1 };
            return result;
        }
    }

    private sealed class Row(GalleryItem item)
    {
        public GalleryItem Item { get; set; } = item;

        public long Changed { get; set; }

        public SortedSet<string> Tags { get; init; } = new(StringComparer.Ordinal);

        public IReadOnlyList<Sidecar> Sidecars { get; set; } = [];

        public bool FactsOutdated { get; set; }
    }

    private sealed class Lease(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
