using System.Diagnostics;
using Semblance.Index;
using Semblance.Measuring;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <content>How the index comes about: opened, caught up, built, saved, replaced, healed.</content>
internal abstract partial class SpaceSearch<TIndex>
{
    /// <summary>Queries that a fresh index measures itself by; their average then errs by about half a point.</summary>
    private const int TuningQueries = 200;

    /// <summary>Below this many rows an approximate kind may still be scanning, and what it measured would not hold for long.</summary>
    private const int TuneFrom = 2_000;

    /// <summary>Grown so many times since it measured itself, an index has outgrown its lists and its recall curve.</summary>
    private const int OutgrownFactor = 4;

    // Before an index would compact itself in the middle of somebody's search, at a quarter of dead rows.
    private const int WorthAtOneIn = 5;
    private const int WorthAtDeadRows = 1000;

    public bool CatchUp(GalleryState state, CancellationToken cancellationToken)
    {
        lock (_change)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var space = state.Space(_space.Id) ?? throw new GalleryException($"The space '{_space.Name}' has been removed from the gallery.");
            try
            {
                if (_current is null || space.ProjectionVersion != _current.Space.ProjectionVersion)
                    Open(space, state, useFiles: true, cancellationToken);
                else if (_current.Index.Generation == state.Version.Changes || !CatchUp(_current, cancellationToken))
                    return false;
            }
            catch (Exception e) when (IsDamage(e))
            {
                // Bringing rows in has met a damaged block.
                Open(space, state, useFiles: false, cancellationToken);
            }
            return true;
        }
    }

    public void Save()
    {
        using var held = Hold();
        Save(held.Of);
    }

    public void Compact()
    {
        using var held = Hold();
        held.Index.Compact();
    }

    public bool BuildIfWorthIt(int threads, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var setting = Setting(_store.LoadState());
        using var held = Hold();
        if (!IsWorthBuilding(held.Index, setting))
            return true;
        var files = held.Of.Files;
        using var turn = _store.IsReadOnly ? null : files.TryTakeTurn();
        if (turn is null && !_store.IsReadOnly)
            return false;
        var kind = KindFor(setting, held.Index.Count, held.Index.Kind);
        var found = files.OpenKind(kind, _store.Version.Changes, new IndexBuildOptions { Threads = threads, Seed = _seed });
        if (found is not null && (IsWorthBuilding(found, setting) || found.Count * 2 < held.Index.Count))
        {
            found.Dispose();
            found = null;
        }
        var saved = found?.Generation ?? NeverFilled;
        var fresh = new Held(found ?? Empty(kind, held.Projection.Dimension, threads), held.Projection, held.Of.Space, held.Of.Source, files);
        var isOwned = true;
        try
        {
            var built = saved < 0;
            // Before the others wait for it: nearly everything is in when it takes over.
            CatchUp(fresh, cancellationToken);
            if (built)
                Tune(fresh.Index, cancellationToken);
            // No other save may come between, and delete the new file for the old.
            lock (_save)
            {
                if (built && !_store.IsReadOnly)
                {
                    saved = fresh.Index.Generation;
                    fresh.Index.Save(files.PathOf(kind));
                }
                CatchUp(fresh, cancellationToken);
                isOwned = false;
                // As it is now: once in use it may be replaced and closed at any time.
                var rows = fresh.Index.Count;
                if (Replace(held.Of, fresh, saved, cancellationToken))
                {
                    if (!_store.IsReadOnly)
                        files.KeepOnly(kind);
                    if (built)
                        Log.IndexBuilt(held.Of.Space.Name, kind, rows, Stopwatch.GetElapsedTime(started).TotalSeconds);
                    else
                        Log.IndexTakenOver(held.Of.Space.Name, kind, rows);
                }
            }
        }
        finally
        {
            if (isOwned)
                fresh.Release();
        }
        return true;
    }

    public void Warm()
    {
        using var held = Hold();
        held.Index.Warm();
    }

    public IReadOnlyList<string> DropIfDamaged(CancellationToken cancellationToken)
    {
        using var held = Hold();
        IReadOnlyList<string> refused = _store.IsReadOnly ? [] : held.Of.Files.DropDamaged();
        var problems = held.Index.Verify().Problems;
        if (problems.Count == 0)
            return refused;
        // A change in the middle of the check may look like damage.
        lock (_change)
            problems = held.Index.Verify().Problems;
        if (problems.Count == 0)
            return refused;
        if (!_store.IsReadOnly)
            held.Of.Files.Delete(held.Of.Files.PathOf(held.Index.Kind));
        var exact = new Held(Empty(Kinds[0], held.Projection.Dimension, threads: 1), held.Projection, held.Of.Space, held.Of.Source, held.Of.Files);
        Replace(held.Of, exact, NeverFilled, cancellationToken);
        Log.IndexHealed(held.Of.Space.Name, problems[0]);
        return [.. refused, .. problems];
    }

    public IReadOnlyList<string> Verify()
    {
        using var held = Hold();
        var problems = held.Of.Files.Damaged.Concat(held.Index.Verify().Problems).Select(problem => $"index: {problem}").ToList();
        var expected = _store.CountVectors(held.Of.Space.SourceId).Vectors;
        if (held.Index.Count != expected)
            problems.Add($"index: it holds {held.Index.Count} vectors where the gallery has {expected}");
        return problems;
    }

    public IndexStatus? Status(GalleryState state)
    {
        var space = state.Space(_space.Id)!;
        var rows = _store.CountVectors(space.SourceId).Vectors;
        var projection = Projection.Load(space, _store.LoadProjection(space.Id).Bytes);
        using var index = FilesOf(space, projection).Open(KindFor(Setting(state), rows, null), state.Version.Changes, new IndexBuildOptions { Seed = _seed });
        if (index is null)
            return null;
        var statistics = index.Statistics;
        var target = Gallery.TargetRecallOf(state);
        return new IndexStatus(index.Kind, Setting(state), statistics.Count / space.Views.Count, statistics.Deleted, statistics.BytesTotal, IsCurrent(index, space, state), target, PickedAt(index, target));
    }

    /// <summary>What came to other spaces alone leaves an index current, though it was derived at an earlier change.</summary>
    private bool IsCurrent(TIndex index, Space space, GalleryState state) =>
        index.Generation == state.Version.Changes
        || !_store.PicturesChangedSince(space.SourceId, index.Generation).Any(picture => picture.IsFound || index.Contains(picture.ItemId * space.Views.Count));

    public void Close()
    {
        lock (_change)
        {
            _current?.Release();
            _current = null;
        }
    }

    public void Dispose()
    {
        lock (_change)
        {
            _disposed = true;
            Close();
        }
    }

    private bool IsWorthBuilding(TIndex index, string setting)
    {
        var statistics = index.Statistics;
        if (index.Kind != KindFor(setting, statistics.Count, index.Kind))
            return true;
        if (index.Kind == Kinds[0])
            return false;
        if (statistics.Deleted >= WorthAtDeadRows && statistics.Deleted * WorthAtOneIn >= statistics.Count + statistics.Deleted)
            return true;
        return index.IsApproximate && statistics.Count >= TuneFrom && (index.RecallCurve is not { } curve || statistics.Count >= curve.Rows * OutgrownFactor);
    }

    /// <summary>Lets a fresh index measure its recall.</summary>
    private static void Tune(TIndex index, CancellationToken cancellationToken)
    {
        if (index.Count >= TuneFrom)
            index.Tune(TuningQueries, cancellationToken: cancellationToken);
    }

    /// <summary>The effort that searches use and what was measured for it; null for exact kinds and before anything was.</summary>
    private static RecallPoint? PickedAt(TIndex index, float targetRecall) =>
        index.RecallCurve is { } curve ? curve.Points.First(point => point.Effort == curve.EffortFor(targetRecall)) : null;

    private static string Setting(GalleryState state) => state.Settings.GetValueOrDefault(Gallery.IndexSetting, Gallery.AutomaticIndex);

    /// <summary>The index as it is now, for as long as the caller needs it.</summary>
    private Lease Hold()
    {
        lock (_change)
        {
            if (_current is null)
                CatchUp(_store.LoadState(), CancellationToken.None);
            return new Lease(_current!);
        }
    }

    /// <summary>
    /// Blocks of a large index file are checked when they are first touched. Where one is damaged, the index gives way to an exact one from the truth,
    /// and the work is done again.
    /// </summary>
    private T Healing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsDamage(e))
        {
            DropIfDamaged(CancellationToken.None);
            return work();
        }
    }

    private static bool IsDamage(Exception e) => e is IndexFileException || (e is AggregateException { InnerExceptions: var inner } && inner.All(IsDamage));

    private IndexFiles<TIndex> FilesOf(Space space, Projection projection) =>
        new(_galleryFolder, space, Kinds, OpenFile, index => index.Metric == space.Metric && Fits(index, projection.Dimension));

    private void Open(Space space, GalleryState state, bool useFiles, CancellationToken cancellationToken)
    {
        // A writer may have fitted a new version since the state was read; version and bytes belong together.
        var (version, bytes) = _store.LoadProjection(space.Id);
        space = space with { ProjectionVersion = version };
        var source = space.Base is null ? space : state.Space(space.SourceId) ?? throw new GalleryException($"The space that '{space.Name}' is made from is gone; remove it, too.");
        var projection = Projection.Load(space, bytes);
        var files = FilesOf(space, projection);
        var rows = _store.CountVectors(space.SourceId).Vectors;
        var opened = useFiles ? files.Open(KindFor(Setting(state), rows, null), _store.Version.Changes, new IndexBuildOptions { Seed = _seed }) : null;
        var fresh = new Held(opened ?? Empty(Kinds[0], projection.Dimension, threads: 1), projection, space, source, files);
        try
        {
            _saved = opened?.Generation ?? NeverFilled;
            CatchUp(fresh, cancellationToken);
        }
        catch
        {
            fresh.Release();
            throw;
        }
        foreach (var problem in files.Damaged)
            Log.IndexFileDamaged(space.Name, problem);
        Log.IndexOpened(space.Name, fresh.Index.Kind, fresh.Index.Count, opened is not null);
        // Those who still hold the old one finish undisturbed.
        _current?.Release();
        (_current, _space) = (fresh, space);
    }

    private void Save(Held held)
    {
        lock (_save)
        {
            // Read before the rows are: what comes in meanwhile is then added a second time, which changes nothing.
            var generation = held.Index.Generation;
            var path = held.Files.PathOf(held.Index.Kind);
            lock (_change)
            {
                if (_current != held || (_saved == generation && File.Exists(path)))
                    return;
            }
            held.Files.Create();
            held.Index.Save(path);
            held.Files.KeepOnly(held.Index.Kind);
            lock (_change)
            {
                if (_current == held)
                    _saved = generation;
            }
        }
    }

    /// <summary>Takes over the fresh index, which it lets go where it cannot be put in the place of the old.</summary>
    /// <returns>False where the index in use is another by now.</returns>
    private bool Replace(Held old, Held fresh, long saved, CancellationToken cancellationToken)
    {
        var isTaken = false;
        try
        {
            lock (_change)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_current != old)
                    return false;
                CatchUp(fresh, cancellationToken);
                (_current, _saved) = (fresh, saved);
                isTaken = true;
            }
            old.Release();
            return true;
        }
        finally
        {
            if (!isTaken)
                fresh.Release();
        }
    }

    // Float32, since score words decide by small distances what is a duplicate; see "Indexes of a gallery" in docs/architecture.md.
    private TIndex Empty(string kind, int dimension, int threads)
    {
        var index = Create(kind, dimension, new IndexBuildOptions { Storage = VectorStorage.Float32, Threads = threads, Seed = _seed });
        index.Generation = NeverFilled;
        return index;
    }

    /// <summary>Applies to an index what was committed since it was last current.</summary>
    private bool CatchUp(Held held, CancellationToken cancellationToken)
    {
        var index = held.Index;
        // Read first: what is committed while the rows stream is then seen again, and adding twice changes nothing.
        var changes = _store.Version.Changes;
        if (changes == index.Generation)
            return false;
        if (index.Generation < 0)
            Fill(held, cancellationToken);
        else
            Bring(held, visit => _store.ChangesSince(held.Space.SourceId, index.Generation, visit), (ids, searched) => Add(index, ids, searched), cancellationToken);
        index.Generation = changes;
        return true;
    }

    private void Fill(Held held, CancellationToken cancellationToken)
    {
        var index = held.Index;
        if (index.Kind == Kinds[0])
        {
            // What a fill that was broken off has left may have vanished since.
            if (index.Count > 0)
                Clear(index);
            Bring(held, visit => _store.ReadVectors(held.Space.SourceId, visit), (ids, searched) => Add(index, ids, searched), cancellationToken);
            return;
        }
        // The other kinds learn from all rows, so they get them at once.
        var rows = Collect(_store.CountVectors(held.Space.SourceId).Vectors, held.Projection.Dimension);
        Bring(held, visit => _store.ReadVectors(held.Space.SourceId, visit), rows.Add, cancellationToken);
        rows.BuildInto(index, cancellationToken);
    }

    private void Bring(Held held, Action<VectorVisitor> read, RowsVisitor present, CancellationToken cancellationToken)
    {
        var ids = new long[Chunk];
        var raw = new Matrix(Chunk, held.Source.Dimension);
        var count = 0;
        read((item, part, bytes) =>
        {
            if (part == 0)
            {
                // Of a picture that changed, parts may be fewer than before.
                for (var old = bytes.IsEmpty ? 0 : 1; old < held.Parts; old++)
                    held.Index.Remove(held.RowOf(item) + old);
            }
            if (bytes.IsEmpty)
                return;
            cancellationToken.ThrowIfCancellationRequested();
            VectorForm.Decode(held.Source.Kind, bytes, raw.Row(count));
            ids[count++] = held.RowOf(item) + part;
            if (count == Chunk)
                Flush();
        });
        Flush();

        void Flush()
        {
            if (count > 0)
                present(ids.AsSpan(0, count), held.Projection.Apply(raw.Slice(0, count)));
            count = 0;
        }
    }

    private delegate void RowsVisitor(ReadOnlySpan<long> ids, Matrix searched);

    /// <summary>An index that its owner may replace while others use it: it is disposed when the owner and the last holder have let go.</summary>
    /// <param name="source">The space whose raw vectors the truth holds.</param>
    private sealed class Held(TIndex index, Projection projection, Space space, Space source, IndexFiles<TIndex> files)
    {
        private readonly Lock _lock = new();
        private int _holders = 1; // The owner.

        public TIndex Index => index;

        public Projection Projection => projection;

        public Space Space => space;

        public Space Source => source;

        public IndexFiles<TIndex> Files => files;

        public int Parts { get; } = space.Views.Count;

        /// <summary>The row of a picture's first view.</summary>
        public long RowOf(long itemId) => itemId * Parts;

        public void Hold()
        {
            lock (_lock)
                _holders++;
        }

        public void Release()
        {
            lock (_lock)
            {
                if (--_holders > 0)
                    return;
            }
            index.Dispose();
        }
    }

    /// <summary>A use of an index; taken under the owner's lock, so that somebody is known to hold it.</summary>
    private readonly struct Lease : IDisposable
    {
        public Lease(Held of)
        {
            of.Hold();
            Of = of;
        }

        public Held Of { get; }

        public TIndex Index => Of.Index;

        public Projection Projection => Of.Projection;

        public int Parts => Of.Parts;

        public long RowOf(long itemId) => Of.RowOf(itemId);

        public void Dispose() => Of.Release();
    }
}

/// <summary>Searched rows that are gathered before an index is built from them.</summary>
internal interface IRowCollection<in TIndex>
{
    void Add(ReadOnlySpan<long> ids, Matrix searched);

    void BuildInto(TIndex index, CancellationToken cancellationToken);
}
