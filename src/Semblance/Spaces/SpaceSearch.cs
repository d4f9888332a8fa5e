using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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
internal abstract partial class SpaceSearch<TIndex> : ISpaceSearch
    where TIndex : class, IRowIndex
{
    /// <summary>Generation of an index that was never filled.</summary>
    private const long NeverFilled = -1;

    /// <summary>So few are not looked for near a row.</summary>
    private const int FewAllowed = 1000;

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

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Kinds of index, the first of which needs no building and is always exact.</summary>
    private protected abstract IReadOnlyList<string> Kinds { get; }

    /// <param name="setting">What the gallery asks for: a kind, of this or another sort of vectors, or <see cref="Gallery.AutomaticIndex"/>.</param>
    /// <param name="current">The kind there is now, if any.</param>
    private protected abstract string KindFor(string setting, long rows, string? current);

    private protected abstract TIndex Create(string kind, int dimension, IndexBuildOptions options);

    private protected abstract TIndex OpenFile(string path, IndexBuildOptions options);

    private protected abstract bool Fits(TIndex index, int dimension);

    /// <param name="searched"><c>[ids.Count, d]</c>, projected.</param>
    private protected abstract void Add(TIndex index, ReadOnlySpan<long> ids, Matrix searched);

    private protected abstract void Clear(TIndex index);

    /// <summary>Takes in rows one chunk after the other for an index that learns from all of them.</summary>
    private protected abstract IRowCollection<TIndex> Collect(long expected, int dimension);

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

    public bool Contains(long itemId) => Healing(() =>
    {
        using var held = Hold();
        return held.Index.Contains(held.RowOf(itemId));
    });

    public IReadOnlyList<SpaceHit> Search(IReadOnlyList<SpaceInput> inputs, int k, SpaceSearchOptions? options = null) => Healing(() => Find(inputs, k, options ?? new SpaceSearchOptions()));

    private IReadOnlyList<SpaceHit> Find(IReadOnlyList<SpaceInput> inputs, int k, SpaceSearchOptions options)
    {
        using var held = Hold();
        var parts = held.Parts;
        // A row that asks for itself is where its neighbours are found soonest, unless they are few and looked up.
        if (parts == 1 && !(options.Allowed?.Count < FewAllowed) && inputs is [{ Raw: null, Weight: > 0 } one] && options.Except?.Contains(one.ItemId) == true && held.Index.Contains(held.RowOf(one.ItemId)))
        {
            var others = options.Except.Count == 1 ? options with { Except = null } : options;
            return Items(Neighbours(held.Index, [held.RowOf(one.ItemId)], k, RowOptions(held, others), CancellationToken.None)[0], 1, k);
        }
        var probe = Probe(held, inputs);
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

    public float? Score(long one, long other) => Healing(() => ScoreOfRows(one, other));

    private float? ScoreOfRows(long one, long other)
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
        var row = new Matrix(1, raw.Length);
        raw.CopyTo(row.Row(0));
        return Healing(() => ScoreOfRow(itemId, row));
    }

    private float? ScoreOfRow(long itemId, Matrix raw)
    {
        using var held = Hold();
        var own = new float[held.Projection.Dimension];
        return TryGetRow(held.Index, held.RowOf(itemId), own) ? ScoreOf(Distance(own, held.Projection.Apply(raw).Row(0))) : null;
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
}
