using Microsoft.Extensions.VectorData;
using Semblance.Index;
using Semblance.VectorData.Schema;
using Semblance.VectorData.Storage;

namespace Semblance.VectorData.Records;

/// <summary>
/// A collection in memory: its rows and the indexes over their vectors, caught up with the truth before each use. All handles of a store
/// on one collection share it.
/// <para>
/// Writers take turns: commit to the truth, add to the indexes, swap the rows, remove from the indexes. Only the swap keeps readers out, so
/// a search sees a batch wholly or not at all and never waits for a disk or an index.
/// </para>
/// </summary>
internal sealed class CollectionRows : IDisposable
{
    private readonly IRecordTruth _truth;
    private readonly IndexBuildOptions _options;
    private readonly Lock _writing = new();
    private readonly ReaderWriterLockSlim _swapping = new();
    private readonly Dictionary<long, Row> _rows = [];
    private readonly Dictionary<object, Row> _byKey = [];
    private readonly Dictionary<int, TextIndex> _texts = [];
    private IReadOnlyDictionary<string, ColumnIndex> _indexes = new Dictionary<string, ColumnIndex>(StringComparer.Ordinal);
    private CollectionEntry _entry;
    private bool _disposed;

    public CollectionRows(IRecordTruth truth, CollectionEntry entry, CollectionSchema schema, IndexBuildOptions options)
    {
        _truth = truth;
        _options = options;
        _entry = entry with { LastId = 0, Changes = -1 };
        Schema = schema;
        CatchUp();
    }

    public CollectionSchema Schema { get; private set; }

    public long Id => _entry.Id;

    /// <summary>Takes the columns of another definition in.</summary>
    public void Widen(CollectionSchema other)
    {
        lock (_writing)
        {
            var wider = Schema.With(other, _entry.Name);
            if (ReferenceEquals(wider, Schema))
                return;
            var data = wider.Data.Count > Schema.Data.Count;
            Schema = wider;
            // What the truth holds of the new columns is not in these rows.
            if (data)
                CatchUp(anew: true);
            else
                OpenIndexes(_entry, _rows.Keys.ToHashSet());
        }
    }

    /// <summary>Looks whether another process has changed the collection since.</summary>
    public void Refresh(CollectionEntry current)
    {
        if (current.Changes == Volatile.Read(ref _entry).Changes)
            return;
        lock (_writing)
        {
            if (current.Changes > _entry.Changes)
                CatchUp();
        }
    }

    /// <summary>Writes records whose keys and vectors have been checked, each key once. False when the collection is gone.</summary>
    public bool Write(IReadOnlyList<NewRecord> records, IReadOnlyList<object> removedKeys)
    {
        lock (_writing)
        {
            if (_disposed || _truth.Write(_entry, Schema, records, removedKeys) is not { } result)
                return false;
            if (result.Before.Changes != _entry.Changes)
            {
                CatchUp();
                return true;
            }
            var added = records.Select((record, i) => new Row(result.FirstId + i, record.Key, record.Data)).ToList();
            for (var column = 0; column < Schema.Vectors.Count; column++)
            {
                var vectors = new List<(long, float[])>();
                for (var i = 0; i < records.Count; i++)
                {
                    if (column < records[i].Vectors.Length && records[i].Vectors[column] is { } vector)
                        vectors.Add((added[i].Id, vector));
                }
                _indexes[Schema.Vectors[column].Name].Add(vectors);
            }
            Apply(added, [.. removedKeys.Concat(records.Select(record => record.Key)).Distinct().Select(key => _byKey.GetValueOrDefault(key)).OfType<Row>()], result.After);
            return true;
        }
    }

    public Row? ByKey(object key) => Look(() => _byKey.GetValueOrDefault(key));

    /// <summary>Rows that pass, in the order in which they were written.</summary>
    public List<Row> Where(Func<Row, bool> passes) => Look(() => _rows.Values.Where(passes).OrderBy(row => row.Id).ToList());

    /// <summary>The nearest rows that pass, nearest first.</summary>
    public List<(Row Row, float Distance)> Nearest(string column, ReadOnlyMemory<float> query, int k, Func<Row, bool>? passes) =>
        Look(() => NearestOf(column, query, k, passes));

    /// <summary>The nearest rows, and the rows that match the keywords best, both of those that pass and best first, of one moment.</summary>
    public (List<Row> Nearest, List<Row> Matching) NearestAndMatching(string column, ReadOnlyMemory<float> query, int textColumn, IReadOnlyCollection<string> keywords, int k, Func<Row, bool>? passes)
    {
        MakeTextIndex(textColumn);
        return Look(() => (
            NearestOf(column, query, k, passes).ConvertAll(hit => hit.Row),
            _texts[textColumn].Search(keywords, id => passes is null || passes(_rows[id])).Take(k).Select(hit => _rows[hit.Id]).ToList()));
    }

    /// <summary>
    /// What <paramref name="find"/> finds with the vectors of its rows. The truth is asked after the rows, so a row may have been replaced in
    /// between; then all is found again, in the end with writers kept out.
    /// </summary>
    public (List<T> Found, IReadOnlyDictionary<long, float[]?[]> Vectors) WithVectors<T>(Func<List<T>> find, Func<T, Row> rowOf)
    {
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            if (attempt > Attempts)
            {
                lock (_writing)
                {
                    CatchUp();
                    return Attempt() ?? throw new VectorStoreException($"The collection '{_entry.Name}' is changed by another process faster than it can be read; try again.");
                }
            }
            if (Attempt() is { } done)
                return done;
            lock (_writing)
                CatchUp();
        }

        (List<T>, IReadOnlyDictionary<long, float[]?[]>)? Attempt()
        {
            var found = find();
            var vectors = _truth.VectorsOf(_entry, Schema, [.. found.Select(item => rowOf(item).Id)]);
            return found.TrueForAll(item => vectors.ContainsKey(rowOf(item).Id)) ? (found, vectors) : null;
        }
    }

    /// <summary>Writes index files that would save the next opening work.</summary>
    public void Save()
    {
        lock (_writing)
        {
            foreach (var index in _indexes.Values)
                index.Save(_entry);
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            _swapping.EnterWriteLock();
            try
            {
                _disposed = true;
                foreach (var index in _indexes.Values)
                    index.Dispose();
            }
            finally
            {
                _swapping.ExitWriteLock();
            }
        }
    }

    private List<(Row Row, float Distance)> NearestOf(string column, ReadOnlyMemory<float> query, int k, Func<Row, bool>? passes)
    {
        var index = _indexes[column].Vectors;
        k = (int)Math.Clamp(index.Count, 1, k);
        if (passes is null)
        {
            var hits = index.Search(query.Span, k);
            var visible = hits.Where(hit => _rows.ContainsKey(hit.Id)).ToList();
            // Hits that were not visible took the places of others.
            if (visible.Count == hits.Count)
                return visible.ConvertAll(hit => (_rows[hit.Id], hit.Distance));
        }
        var options = new SearchOptions { Filter = id => _rows.TryGetValue(id, out var row) && (passes is null || passes(row)) };
        return [.. index.Search(query.Span, k, options).Select(hit => (_rows[hit.Id], hit.Distance))];
    }

    private T Look<T>(Func<T> look)
    {
        _swapping.EnterReadLock();
        try
        {
            return _disposed ? throw Gone() : look();
        }
        finally
        {
            _swapping.ExitReadLock();
        }
    }

    private VectorStoreException Gone() => new($"The collection '{_entry.Name}' was deleted meanwhile.") { CollectionName = _entry.Name };

    /// <summary>Takes in what the truth has and these rows do not.</summary>
    /// <param name="anew">Makes all rows again, as their columns have changed.</param>
    private void CatchUp(bool anew = false)
    {
        if (_disposed || _truth.Load(_entry, Schema, anew ? 0 : _entry.LastId) is not { } set)
            throw Gone();
        if (!anew && set.Entry.Changes == _entry.Changes)
            return;
        Schema.CheckAgainst(set.Entry.Signature, _entry.Name);
        var known = _indexes;
        // One that is opened now has all vectors there are.
        OpenIndexes(set.Entry, set.LiveIds);
        foreach (var (column, index) in known)
            index.Add([.. _truth.Vectors(_entry, column, _entry.LastId).Where(row => set.LiveIds.Contains(row.Id) && !index.Vectors.Contains(row.Id))]);
        Apply(set.Rows, [.. _rows.Values.Where(row => anew || !set.LiveIds.Contains(row.Id))], set.Entry);
    }

    private void OpenIndexes(CollectionEntry entry, IReadOnlySet<long> liveIds)
    {
        if (Schema.Vectors.All(column => _indexes.ContainsKey(column.Name)))
            return;
        _indexes = Schema.Vectors.ToDictionary(
            column => column.Name,
            column => _indexes.GetValueOrDefault(column.Name) ?? ColumnIndex.Open(_truth, entry, column, liveIds, _options),
            StringComparer.Ordinal);
    }

    /// <summary>The step that readers see: rows out, rows in. The vectors of those that come in are in the indexes already.</summary>
    private void Apply(IReadOnlyList<Row> added, IReadOnlyList<Row> removed, CollectionEntry entry)
    {
        _swapping.EnterWriteLock();
        try
        {
            foreach (var row in removed)
                TakeOut(row);
            foreach (var row in added)
            {
                _rows[row.Id] = row;
                _byKey[row.Key] = row;
                foreach (var text in _texts.Values)
                    text.Add(row);
            }
            Volatile.Write(ref _entry, entry);
        }
        finally
        {
            _swapping.ExitWriteLock();
        }
        foreach (var index in _indexes.Values)
        {
            index.Remove(removed.Select(row => row.Id).Where(id => !_rows.ContainsKey(id)));
            if (index.Maintain(entry) is { } replaced)
            {
                // A reader may have taken it and not begun yet.
                _swapping.EnterWriteLock();
                _swapping.ExitWriteLock();
                replaced.Dispose();
            }
        }
    }

    private void TakeOut(Row row)
    {
        _rows.Remove(row.Id);
        _byKey.Remove(row.Key);
        foreach (var text in _texts.Values)
            text.Remove(row);
    }

    private void MakeTextIndex(int column)
    {
        if (Look(() => _texts.ContainsKey(column)))
            return;
        lock (_writing)
        {
            if (_texts.ContainsKey(column))
                return;
            var text = new TextIndex(column);
            foreach (var row in _rows.Values)
                text.Add(row);
            _swapping.EnterWriteLock();
            try
            {
                _texts[column] = text;
            }
            finally
            {
                _swapping.ExitWriteLock();
            }
        }
    }
}
