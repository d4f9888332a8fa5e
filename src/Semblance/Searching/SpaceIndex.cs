using System.Runtime.InteropServices;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Searching;

/// <summary>
/// The index of one space, derived from the truth: opened from its file, caught up with what changed since, rebuilt when the
/// file is missing, damaged or of another projection. Searches always see deletes and additions that are committed.
/// </summary>
internal sealed class SpaceIndex : IDisposable
{
    /// <summary>Rows that are projected and added at a time while the index is built or caught up.</summary>
    private const int Chunk = 1024;

    private readonly IGalleryStore _store;
    private readonly string _file;
    private readonly IVectorIndex _index;
    private readonly Lock _refresh = new();
    private long _savedGeneration;

    private SpaceIndex(IGalleryStore store, Space space, Projection projection, string file, IVectorIndex index, long savedGeneration)
    {
        _store = store;
        Space = space;
        Projection = projection;
        _file = file;
        _index = index;
        _savedGeneration = savedGeneration;
    }

    public Space Space { get; }

    public Projection Projection { get; }

    public IVectorIndex Vectors => _index;

    public static SpaceIndex Open(IGalleryStore store, Space space, string galleryFolder, CancellationToken cancellationToken)
    {
        var bytes = store.LoadProjection(space.Id);
        // A writer may fit a new version between the look at the space and the look at its projection; the two must belong together.
        while (store.Spaces.First(s => s.Id == space.Id) is var current && current.ProjectionVersion != space.ProjectionVersion)
        {
            space = current;
            bytes = store.LoadProjection(space.Id);
        }
        var projection = Projection.Load(space, bytes);
        var file = Path.Combine(galleryFolder, "spaces", space.Name, $"exact-{space.ProjectionVersion}.index");
        var index = OpenFile(file, projection.Dimension, store.ChangeCounter);
        var saved = index?.Generation ?? -1;
        var opened = new SpaceIndex(store, space, projection, file, index ?? new ExactVectorIndex(projection.Dimension, Metric.Cosine), saved);
        opened.Refresh(cancellationToken);
        return opened;
    }

    private static ExactVectorIndex? OpenFile(string file, int dimension, long changeCounter)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            var index = ExactVectorIndex.Open(file);
            // A file that is ahead of the truth belongs to a truth that was since restored from a snapshot.
            if (index.Dimension == dimension && index.Generation <= changeCounter)
                return index;
            index.Dispose();
        }
        catch (Exception e) when (e is IndexFileException or IOException or UnauthorizedAccessException)
        {
            // Derived data: whatever is wrong with the file, it is built again from the rows.
        }
        return null;
    }

    /// <summary>Applies what was committed since the index was last current; cheap when nothing was.</summary>
    public void Refresh(CancellationToken cancellationToken)
    {
        lock (_refresh)
        {
            // Read first: what is committed while the rows stream is then seen again, and adding twice changes nothing.
            var counter = _store.ChangeCounter;
            if (counter == _index.Generation && _savedGeneration >= 0)
                return;
            var ids = new List<long>(Chunk);
            var raw = new Matrix(Chunk, Space.Dimension);
            foreach (var (id, vector) in _savedGeneration < 0 && _index.Count == 0 ? Everything() : _store.ChangesSince(Space.Id, _index.Generation))
            {
                if (vector is null)
                {
                    _index.Remove(id);
                    continue;
                }
                cancellationToken.ThrowIfCancellationRequested();
                vector.CopyTo(raw.Row(ids.Count));
                ids.Add(id);
                if (ids.Count == Chunk)
                    AddChunk(ids, raw);
            }
            AddChunk(ids, raw);
            _index.Generation = counter;
            _savedGeneration = Math.Max(_savedGeneration, 0);
        }
    }

    private IEnumerable<(long ItemId, float[]? Vector)> Everything()
    {
        foreach (var (id, vector) in _store.Vectors(Space.Id))
            yield return (id, vector);
    }

    private void AddChunk(List<long> ids, Matrix raw)
    {
        if (ids.Count == 0)
            return;
        _index.Add(CollectionsMarshal.AsSpan(ids), Projection.Apply(raw.Slice(0, ids.Count)));
        ids.Clear();
    }

    /// <summary>Writes the index file when it is behind; files of older projections go.</summary>
    public void Save()
    {
        lock (_refresh)
        {
            if (_savedGeneration == _index.Generation && File.Exists(_file))
                return;
            var folder = Path.GetDirectoryName(_file)!;
            Directory.CreateDirectory(folder);
            _index.Save(_file);
            _savedGeneration = _index.Generation;
            foreach (var other in Directory.EnumerateFiles(folder, "exact-*.index").Where(path => path != _file))
                File.Delete(other);
        }
    }

    /// <summary>Checks the index file, if there is one, and that it answers for the same pictures as the truth.</summary>
    public IEnumerable<string> Verify()
    {
        foreach (var problem in _index.Verify().Problems)
            yield return $"index: {problem}";
        var expected = _store.CountVectors(Space.Id);
        if (_index.Count != expected)
            yield return $"index: it holds {_index.Count} pictures where the gallery has {expected}";
    }

    public void Dispose() => _index.Dispose();
}
