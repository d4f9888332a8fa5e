using Semblance.Index;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// The index of one space, derived from the truth: opened from its file, caught up with what changed since, built when the file is
/// missing, damaged or of another projection. Searches always see deletes and additions that are committed. Where another kind or a
/// fresh index is worth it, that is built beside the one in use and takes its place in one step.
/// </summary>
internal sealed class SpaceIndex
{
    private readonly IGalleryStore _store;
    private readonly IndexFolder _files;
    private readonly RowFeed _feed;
    private readonly int _seed;
    private readonly Lock _change = new(); // Held while rows are brought in and while the index is replaced.
    private readonly Lock _save = new();
    private SharedIndex _current;
    private long _saved; // Generation of the file of the current kind; negative where there is none.
    private bool _retired;

    private SpaceIndex(IGalleryStore store, Space space, Projection projection, IndexFolder files, int seed, VectorIndex? opened)
    {
        _store = store;
        Space = space;
        Projection = projection;
        _files = files;
        _seed = seed;
        _feed = new RowFeed(store, space, projection);
        _saved = opened?.Generation ?? RowFeed.NeverFilled;
        _current = new SharedIndex(opened ?? Empty(ExactVectorIndex.KindName, threads: 1));
    }

    public Space Space { get; }

    public Projection Projection { get; }

    private string Setting => _store.Setting(Gallery.IndexSetting) ?? IndexPolicy.Auto;

    public static SpaceIndex Open(IGalleryStore store, Space space, string galleryFolder, int seed, CancellationToken cancellationToken)
    {
        var bytes = store.LoadProjection(space.Id);
        // A writer may fit a new version between the look at the space and the look at its projection; the two must belong together.
        while (store.Spaces.First(s => s.Id == space.Id) is var current && current.ProjectionVersion != space.ProjectionVersion)
        {
            space = current;
            bytes = store.LoadProjection(space.Id);
        }
        var projection = Projection.Load(space, bytes);
        var files = new IndexFolder(galleryFolder, space);
        var index = new SpaceIndex(store, space, projection, files, seed, OpenFile(store, space, files, projection.Dimension, seed));
        try
        {
            index.Refresh(cancellationToken);
        }
        catch
        {
            index.Retire();
            throw;
        }
        return index;
    }

    /// <summary>The file that searches would use, as it is; null where there is none.</summary>
    public static VectorIndex? OpenFile(IGalleryStore store, Space space, IndexFolder files, int dimension, int seed)
    {
        var setting = store.Setting(Gallery.IndexSetting) ?? IndexPolicy.Auto;
        return files.Open(IndexPolicy.KindFor(setting, store.CountVectors(space.Id), null), dimension, store.ChangeCounter, new IndexBuildOptions { Seed = seed });
    }

    /// <summary>The index as it is now, for as long as the caller needs it.</summary>
    public HeldIndex Hold()
    {
        lock (_change)
        {
            _current.Hold();
            return new HeldIndex(_current, Projection);
        }
    }

    /// <summary>Applies what was committed since the index was last current; cheap when nothing was.</summary>
    public void Refresh(CancellationToken cancellationToken)
    {
        lock (_change)
            _feed.CatchUp(_current.Index, cancellationToken);
    }

    /// <summary>Writes the index file when it is behind; files of other kinds and older projections go.</summary>
    public void Save()
    {
        using var held = Hold();
        Save(held.Vectors);
    }

    private void Save(VectorIndex index)
    {
        lock (_save)
        {
            // Read before the rows are: what comes in meanwhile is then added a second time, which changes nothing.
            var generation = index.Generation;
            lock (_change)
            {
                if (_current.Index != index || (_saved == generation && File.Exists(_files.PathOf(index.Kind))))
                    return;
            }
            _files.Create();
            index.Save(_files.PathOf(index.Kind));
            _files.KeepOnly(index.Kind);
            lock (_change)
            {
                if (_current.Index == index)
                    _saved = generation;
            }
        }
    }

    public bool IsWorthBuilding()
    {
        using var held = Hold();
        return IndexPolicy.IsWorthBuilding(held.Vectors, Setting);
    }

    /// <summary>
    /// Puts a fresh index in the place of the one in use, if that is worth it: the file that another process has built meanwhile, else one
    /// built from the rows. Searches and changes go on with the old one until then. Nothing changes when it is cancelled or fails.
    /// </summary>
    /// <returns>False where another process is building just now.</returns>
    public bool BuildIfWorthIt(int threads, CancellationToken cancellationToken)
    {
        if (!IsWorthBuilding())
            return true;
        using var turn = _store.IsReadOnly ? null : _files.TryTakeTurn();
        if (turn is null && !_store.IsReadOnly)
            return false;
        VectorIndex fresh;
        var saved = RowFeed.NeverFilled;
        using (var held = Hold())
        {
            var setting = Setting;
            var kind = IndexPolicy.KindFor(setting, held.Vectors.Count, held.Vectors.Kind);
            var found = _files.OpenKind(kind, Projection.Dimension, _store.ChangeCounter, new IndexBuildOptions { Threads = threads, Seed = _seed });
            if (found is not null && (IndexPolicy.IsWorthBuilding(found, setting) || found.Count * 2 < held.Vectors.Count))
            {
                found.Dispose();
                found = null;
            }
            saved = found?.Generation ?? saved;
            fresh = found ?? Empty(kind, threads);
        }
        try
        {
            var built = saved < 0;
            // Before the others wait for it: nearly everything is in when it takes over.
            _feed.CatchUp(fresh, cancellationToken);
            if (built && fresh.Count >= IndexPolicy.TuneFrom)
                fresh.Tune(IndexPolicy.TuningQueries, cancellationToken: cancellationToken);
            // No other save may come between, and delete the new file for the old.
            lock (_save)
            {
                if (built && !_store.IsReadOnly)
                {
                    saved = fresh.Generation;
                    fresh.Save(_files.PathOf(fresh.Kind));
                }
                _feed.CatchUp(fresh, cancellationToken);
                Replace(fresh, saved, cancellationToken);
                if (!_store.IsReadOnly)
                    _files.KeepOnly(fresh.Kind);
            }
        }
        catch
        {
            fresh.Dispose();
            throw;
        }
        return true;
    }

    /// <summary>Brings what searches touch of a mapped file into memory, beside running searches.</summary>
    public void Warm()
    {
        using var held = Hold();
        held.Vectors.Warm();
    }

    /// <summary>
    /// Checks the index in use, its file included. What is damaged gives way to an exact index from the rows, and its file is deleted.
    /// </summary>
    /// <returns>What was wrong; empty when the index is sound.</returns>
    public IReadOnlyList<string> DropIfDamaged(CancellationToken cancellationToken)
    {
        using var held = Hold();
        var problems = held.Vectors.Verify().Problems;
        if (problems.Count == 0)
            return [];
        // A change in the middle of the check may look like damage.
        lock (_change)
            problems = held.Vectors.Verify().Problems;
        if (problems.Count == 0)
            return [];
        var file = _files.PathOf(held.Vectors.Kind);
        if (!_store.IsReadOnly)
            _files.Delete(file);
        var exact = Empty(ExactVectorIndex.KindName, threads: 1);
        try
        {
            _feed.CatchUp(exact, cancellationToken);
            Replace(exact, RowFeed.NeverFilled, cancellationToken);
        }
        catch
        {
            exact.Dispose();
            throw;
        }
        return problems;
    }

    /// <summary>Checks the index file, if there is one, and that it answers for the same pictures as the truth.</summary>
    public IEnumerable<string> Verify()
    {
        using var held = Hold();
        foreach (var problem in held.Vectors.Verify().Problems)
            yield return $"index: {problem}";
        var expected = _store.CountVectors(Space.Id);
        if (held.Vectors.Count != expected)
            yield return $"index: it holds {held.Vectors.Count} pictures where the gallery has {expected}";
    }

    /// <summary>Lets go of the index; those who hold it finish undisturbed.</summary>
    public void Retire()
    {
        lock (_change)
        {
            if (_retired)
                return;
            _retired = true;
            _current.Release();
        }
    }

    private void Replace(VectorIndex fresh, long saved, CancellationToken cancellationToken)
    {
        lock (_change)
        {
            ObjectDisposedException.ThrowIf(_retired, this);
            _feed.CatchUp(fresh, cancellationToken);
            var old = _current;
            _current = new SharedIndex(fresh);
            _saved = saved;
            old.Release();
        }
    }

    // Float32, since score words decide by small distances what is a duplicate; see "Indexes of a gallery" in docs/architecture.md.
    private VectorIndex Empty(string kind, int threads)
    {
        var index = VectorIndexes.Create(kind, Projection.Dimension, Metric.Cosine, new IndexBuildOptions { Storage = VectorStorage.Float32, Threads = threads, Seed = _seed });
        index.Generation = RowFeed.NeverFilled;
        return index;
    }
}
