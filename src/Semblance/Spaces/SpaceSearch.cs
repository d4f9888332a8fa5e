using System.Buffers;
using Semblance.Index;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>
/// The index of one space, derived from the truth: opened from its file, caught up with what changed since, built when the file is
/// missing, damaged or of another projection. Searches always see deletes and additions that are committed before they begin. Where another kind or
/// a fresh index is worth it, that is built beside the one in use and takes its place in one step. What depends on the kind of vectors
/// is left to those that derive from it.
/// </summary>
internal abstract class SpaceSearch<TIndex> : ISpaceSearch
    where TIndex : class, IRowIndex
{
    /// <summary>Generation of an index that was never filled.</summary>
    private const long NeverFilled = -1;

    /// <summary>Rows that are projected and added at a time.</summary>
    private const int Chunk = 1024;

    private readonly IGalleryStore _store;
    private readonly string _galleryFolder;
    private readonly int _seed;
    private readonly Lock _change = new(); // Held while rows are brought in and while the index is replaced.
    private readonly Lock _save = new();
    private Space _space;
    private Held? _current;
    private long _saved; // Generation of the file of the current kind; negative where there is none.
    private bool _disposed;

    private protected SpaceSearch(IGalleryStore store, Space space, string galleryFolder, int seed)
    {
        _store = store;
        _space = space;
        _galleryFolder = galleryFolder;
        _seed = seed;
    }

    public Space Space
    {
        get
        {
            lock (_change)
                return _space;
        }
    }

    public string IndexKind
    {
        get
        {
            using var held = Hold();
            return held.Index.Kind;
        }
    }

    public long Count
    {
        get
        {
            using var held = Hold();
            return held.Index.Count;
        }
    }

    public long OpenBytes
    {
        get
        {
            lock (_change)
                return _current?.Index.Statistics.BytesTotal ?? 0;
        }
    }

    /// <summary>Kinds of index, the first of which needs no building and is always exact.</summary>
    private protected abstract IReadOnlyList<string> Kinds { get; }

    /// <param name="setting">What the gallery asks for: a kind, of this or another sort of vectors, or <see cref="Gallery.AutomaticIndex"/>.</param>
    /// <param name="current">The kind there is now, if any.</param>
    private protected abstract string KindFor(string setting, long rows, string? current);

    private protected abstract bool IsWorthBuilding(TIndex index, string setting);

    private protected abstract TIndex Create(string kind, int dimension, IndexBuildOptions options);

    private protected abstract TIndex OpenFile(string path, IndexBuildOptions options);

    private protected abstract bool Fits(TIndex index, int dimension);

    /// <param name="searched"><c>[ids.Count, d]</c>, projected.</param>
    private protected abstract void Add(TIndex index, ReadOnlySpan<long> ids, Matrix searched);

    private protected abstract void Clear(TIndex index);

    /// <summary>Takes in rows one chunk after the other for an index that learns from all of them.</summary>
    private protected abstract IRowCollection<TIndex> Collect(long expected, int dimension);

    /// <summary>Lets a fresh index measure its recall, if its kind has any.</summary>
    private protected abstract void Tune(TIndex index, CancellationToken cancellationToken);

    /// <summary>The effort that searches use and what was measured for it; null for exact kinds and before anything was.</summary>
    private protected abstract RecallPoint? PickedAt(TIndex index, float targetRecall);

    /// <param name="probe">A searched vector.</param>
    private protected abstract IReadOnlyList<Hit> Search(TIndex index, float[] probe, int k, SearchOptions options);

    private protected abstract IReadOnlyList<Hit>[] Neighbours(TIndex index, ReadOnlySpan<long> rows, int k, SearchOptions options, CancellationToken cancellationToken);

    /// <summary>The searched vector of a row; bits as 1 and −1.</summary>
    private protected abstract bool TryGetRow(TIndex index, long row, Span<float> searched);

    /// <summary>Makes a weighted sum of searched vectors one that can be searched.</summary>
    /// <returns>False where the inputs have cancelled each other out.</returns>
    private protected abstract bool Finish(Span<float> sum, IReadOnlyList<SpaceInput> inputs);

    /// <summary>Of two searched vectors.</summary>
    private protected abstract float Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other);

    /// <summary>Brings searched vectors to the form of <see cref="Vectors"/>.</summary>
    private protected abstract void Present(Matrix searched);

    public abstract float ScoreOf(float distance);

    public abstract float DistanceOf(float score);

    public bool Contains(long itemId)
    {
        using var held = Hold();
        return held.Index.Contains(held.RowOf(itemId));
    }

    public IReadOnlyList<SpaceHit> Search(IReadOnlyList<SpaceInput> inputs, int k, SpaceSearchOptions? options = null) => Healing(() => Find(inputs, k, options ?? new SpaceSearchOptions()));

    private IReadOnlyList<SpaceHit> Find(IReadOnlyList<SpaceInput> inputs, int k, SpaceSearchOptions options)
    {
        using var held = Hold();
        var probe = Probe(held, inputs);
        var parts = held.Parts;
        if (parts == 1)
            return Items(Search(held.Index, probe, k, RowOptions(held, options)), 1, k);
        // Several rows may be of one picture: more are asked for until there are enough pictures, or no more rows.
        for (var rows = (long)k * 2; ; rows *= 2)
        {
            var asked = (int)Math.Min(rows, Math.Max(1, held.Index.Count));
            var hits = Search(held.Index, probe, asked, RowOptions(held, options));
            var items = Items(hits, parts, k);
            if (items.Count >= k || hits.Count < asked || asked >= held.Index.Count)
                return items;
        }
    }

    public IReadOnlyList<SpaceHit>[] Neighbours(IReadOnlyList<long> itemIds, int k, SpaceSearchOptions? options = null, CancellationToken cancellationToken = default) =>
        Healing(() => FindNeighbours(itemIds, k, options ?? new SpaceSearchOptions(), cancellationToken));

    private IReadOnlyList<SpaceHit>[] FindNeighbours(IReadOnlyList<long> itemIds, int k, SpaceSearchOptions options, CancellationToken cancellationToken)
    {
        using var held = Hold();
        var parts = held.Parts;
        var places = Enumerable.Range(0, itemIds.Count).Where(i => held.Index.Contains(held.RowOf(itemIds[i]))).ToArray();
        var answers = new IReadOnlyList<SpaceHit>[itemIds.Count];
        Array.Fill(answers, []);
        var rows = Array.ConvertAll(places, i => held.RowOf(itemIds[i]));
        // Of several views the first asks, and the others of its picture are no neighbours.
        var found = Neighbours(held.Index, rows, checked((k + 1) * parts), RowOptions(held, options with { Trace = null }), cancellationToken);
        for (var i = 0; i < places.Length; i++)
        {
            var item = itemIds[places[i]];
            answers[places[i]] = Items(parts == 1 ? found[i] : [.. found[i].Where(hit => hit.Id / parts != item)], parts, k);
        }
        return answers;
    }

    public IReadOnlyDictionary<long, float> Scores(IReadOnlyList<SpaceInput> inputs, IReadOnlyList<long> itemIds) => Healing(() => ScoresOf(inputs, itemIds));

    private Dictionary<long, float> ScoresOf(IReadOnlyList<SpaceInput> inputs, IReadOnlyList<long> itemIds)
    {
        using var held = Hold();
        var probe = Probe(held, inputs);
        var row = new float[probe.Length];
        var scores = new Dictionary<long, float>(itemIds.Count);
        foreach (var item in itemIds)
        {
            for (var part = 0; part < held.Parts; part++)
            {
                if (TryGetRow(held.Index, held.RowOf(item) + part, row) && ScoreOf(Distance(probe, row)) is var score && !(scores.GetValueOrDefault(item, float.NegativeInfinity) >= score))
                    scores[item] = score;
            }
        }
        return scores;
    }

    public float? Score(long one, long other)
    {
        using var held = Hold();
        var dimension = held.Projection.Dimension;
        // Asked for many thousands of pairs, which shall leave nothing behind.
        var room = ArrayPool<float>.Shared.Rent(2 * dimension);
        var a = room.AsSpan(0, dimension);
        var b = room.AsSpan(dimension, dimension);
        float? score = TryGetRow(held.Index, held.RowOf(one), a) && TryGetRow(held.Index, held.RowOf(other), b) ? ScoreOf(Distance(a, b)) : null;
        ArrayPool<float>.Shared.Return(room);
        return score;
    }

    public float? Score(long itemId, ReadOnlySpan<float> raw)
    {
        using var held = Hold();
        var own = new float[held.Projection.Dimension];
        if (!TryGetRow(held.Index, held.RowOf(itemId), own))
            return null;
        var row = new Matrix(1, raw.Length);
        raw.CopyTo(row.Row(0));
        return ScoreOf(Distance(own, held.Projection.Apply(row).Row(0)));
    }

    public (long[] Ids, Matrix Vectors) Vectors(IEnumerable<long> itemIds)
    {
        var asked = itemIds.ToArray();
        return Healing(() => VectorsOf(asked));
    }

    private (long[] Ids, Matrix Vectors) VectorsOf(long[] itemIds)
    {
        using var held = Hold();
        var ids = itemIds.Where(id => held.Index.Contains(held.RowOf(id))).ToArray();
        var vectors = new Matrix(ids.Length, held.Projection.Dimension);
        for (var i = 0; i < ids.Length; i++)
            TryGetRow(held.Index, held.RowOf(ids[i]), vectors.Row(i));
        Present(vectors);
        return (ids, vectors);
    }

    public Matrix Project(Matrix raw)
    {
        using var held = Hold();
        var searched = held.Projection.Apply(raw);
        if (ReferenceEquals(searched, raw))
        {
            searched = new Matrix(raw.Rows, raw.Columns);
            raw.Span.CopyTo(searched.Span);
        }
        Present(searched);
        return searched;
    }

    public bool CatchUp(GalleryState state, CancellationToken cancellationToken)
    {
        lock (_change)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var space = state.Space(_space.Id) ?? throw new GalleryException($"The space '{_space.Name}' has been removed from the gallery.");
            if (_current is null || space.ProjectionVersion != _current.Space.ProjectionVersion)
                Open(space, state, cancellationToken);
            else if (_current.Index.Generation == state.Version.Changes || !CatchUp(_current, cancellationToken))
                return false;
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
                if (Replace(held.Of, fresh, saved, cancellationToken) && !_store.IsReadOnly)
                    files.KeepOnly(kind);
            }
        }
        catch
        {
            fresh.Release();
            throw;
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
        if (!_store.IsReadOnly && held.Of.Files.DropDamaged() is { Count: > 0 } refused)
            return refused;
        var problems = held.Index.Verify().Problems;
        if (problems.Count == 0)
            return [];
        // A change in the middle of the check may look like damage.
        lock (_change)
            problems = held.Index.Verify().Problems;
        if (problems.Count == 0)
            return [];
        if (!_store.IsReadOnly)
            held.Of.Files.Delete(held.Of.Files.PathOf(held.Index.Kind));
        var exact = new Held(Empty(Kinds[0], held.Projection.Dimension, threads: 1), held.Projection, held.Of.Space, held.Of.Source, held.Of.Files);
        try
        {
            CatchUp(exact, cancellationToken);
            Replace(held.Of, exact, NeverFilled, cancellationToken);
        }
        catch
        {
            exact.Release();
            throw;
        }
        return problems;
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
        return new IndexStatus(index.Kind, Setting(state), statistics.Count / space.Views.Count, statistics.Deleted, statistics.BytesTotal, index.Generation == state.Version.Changes, target, PickedAt(index, target));
    }

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

    private void Open(Space space, GalleryState state, CancellationToken cancellationToken)
    {
        // A writer may have fitted a new version since the state was read; version and bytes belong together.
        var (version, bytes) = _store.LoadProjection(space.Id);
        space = space with { ProjectionVersion = version };
        var source = space.Base is null ? space : state.Space(space.SourceId) ?? throw new GalleryException($"The space that '{space.Name}' is made from is gone; remove it, too.");
        var projection = Projection.Load(space, bytes);
        var files = FilesOf(space, projection);
        var rows = _store.CountVectors(space.SourceId).Vectors;
        var opened = files.Open(KindFor(Setting(state), rows, null), _store.Version.Changes, new IndexBuildOptions { Seed = _seed });
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

    /// <returns>False where the index in use is another by now; then the fresh one is let go.</returns>
    private bool Replace(Held old, Held fresh, long saved, CancellationToken cancellationToken)
    {
        lock (_change)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current != old)
            {
                fresh.Release();
                return false;
            }
            CatchUp(fresh, cancellationToken);
            _current = fresh;
            _saved = saved;
            old.Release();
            return true;
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

    private float[] Probe(in Lease held, IReadOnlyList<SpaceInput> inputs)
    {
        var sum = new float[held.Projection.Dimension];
        var own = new float[held.Projection.Dimension];
        foreach (var input in inputs)
        {
            if (input.Raw is not null || !TryGetRow(held.Index, held.RowOf(input.ItemId), own))
                Projected(held, input).CopyTo(own.AsSpan());
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(own, input.Weight, sum, sum);
        }
        return Finish(sum, inputs) ? sum : throw new GalleryException(GalleryError.BadQuery, "The positive and negative inputs of the query cancel each other out; change a weight, or take another example.", null);
    }

    private ReadOnlySpan<float> Projected(in Lease held, SpaceInput input)
    {
        var source = held.Of.Source;
        var raw = new Matrix(1, source.Dimension);
        if (input.Raw is { } vector)
        {
            if (vector.Length != source.Dimension)
                throw new GalleryException(GalleryError.BadQuery, $"The query vector has {vector.Length} elements and the space '{source.Name}' has {source.Dimension}.", null);
            vector.CopyTo(raw.Row(0));
        }
        else if (_store.Vectors(source.Id, input.ItemId) is [var bytes, ..])
        {
            // A picture whose file is gone is no answer any more, and may be asked for still.
            VectorForm.Decode(source.Kind, bytes, raw.Row(0));
        }
        else
        {
            throw new GalleryException(GalleryError.NoPicture, $"There is no picture with id {input.ItemId} in the gallery.", null, ("id", input.ItemId.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
        return held.Projection.Apply(raw).Row(0);
    }

    private static SearchOptions RowOptions(in Lease held, SpaceSearchOptions options)
    {
        var (parts, allowed, except) = (held.Parts, options.Allowed, options.Except);
        var index = new SearchOptions { MaxDistance = options.MaxDistance, TargetRecall = options.TargetRecall, Threads = options.Threads, Trace = options.Trace };
        if (parts == 1)
            return index with { Allowed = allowed, Except = except is { Count: > 0 } ? except : null };
        if (allowed is null && except is not { Count: > 0 })
            return index;
        return index with { Filter = row => (allowed?.Contains(row / parts) ?? true) && !(except?.Contains(row / parts) ?? false) };
    }

    /// <summary>The first k pictures of rows that come nearest first.</summary>
    private static List<SpaceHit> Items(IReadOnlyList<Hit> rows, int parts, int k)
    {
        var items = new List<SpaceHit>(Math.Min(k, rows.Count));
        var seen = parts == 1 ? null : new HashSet<long>();
        foreach (var row in rows)
        {
            if (items.Count == k)
                break;
            if (seen?.Add(row.Id / parts) != false)
                items.Add(new SpaceHit(row.Id / parts, row.Distance, (int)(row.Id % parts)));
        }
        return items;
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
