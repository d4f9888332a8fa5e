using Semblance.VectorData.Records;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData.Storage;

/// <summary>A truth that ends with the process.</summary>
internal sealed class MemoryTruth : IRecordTruth
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Collection> _collections = new(StringComparer.Ordinal);
    private long _lastCollection;

    public string Location => ":memory:";

    public string? IndexFolder => null;

    public IReadOnlyList<string> Names()
    {
        lock (_lock)
            return [.. _collections.Keys.Order(StringComparer.Ordinal)];
    }

    public CollectionEntry? Find(string name)
    {
        lock (_lock)
            return _collections.GetValueOrDefault(name)?.Entry;
    }

    public CollectionEntry Ensure(string name, string signature)
    {
        lock (_lock)
        {
            if (!_collections.TryGetValue(name, out var collection))
                _collections[name] = collection = new Collection(new CollectionEntry(++_lastCollection, name, signature, 0, 0));
            return collection.Entry;
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
            _collections.Remove(name);
    }

    public RowSet? Load(CollectionEntry entry, CollectionSchema schema, long afterId)
    {
        lock (_lock)
        {
            return Of(entry) is { } collection
                ? new RowSet(collection.Entry, [.. collection.Rows.Keys], [.. collection.Rows.Where(row => row.Key > afterId).OrderBy(row => row.Key).Select(row => row.Value.AsRow(row.Key, schema))])
                : null;
        }
    }

    public WriteResult? Write(CollectionEntry entry, CollectionSchema schema, IReadOnlyList<NewRecord> records, IReadOnlyList<object> removedKeys)
    {
        lock (_lock)
        {
            if (Of(entry) is not { } collection)
                return null;
            var before = collection.Entry;
            foreach (var key in removedKeys)
                collection.Remove(key);
            var id = before.LastId;
            foreach (var record in records)
            {
                collection.Remove(record.Key);
                collection.Ids[record.Key] = ++id;
                collection.Rows[id] = new Stored(record, schema);
            }
            collection.Entry = before with { LastId = id, Changes = before.Changes + 1, Signature = schema.Signature(before.Signature) };
            return new WriteResult(before, collection.Entry, before.LastId + 1);
        }
    }

    public IEnumerable<(long Id, float[] Vector)> Vectors(CollectionEntry entry, string column, long afterId)
    {
        lock (_lock)
        {
            return Of(entry) is { } collection
                ? [.. collection.Rows.Where(row => row.Key > afterId).OrderBy(row => row.Key).Select(row => (row.Key, Vector: row.Value.Vector(column))).Where(row => row.Vector is not null).Select(row => (row.Key, row.Vector!))]
                : [];
        }
    }

    public long CountVectors(CollectionEntry entry, string column, long upToId)
    {
        lock (_lock)
            return Of(entry)?.Rows.LongCount(row => row.Key <= upToId && row.Value.Vector(column) is not null) ?? 0;
    }

    public IReadOnlyDictionary<long, float[]?[]> VectorsOf(CollectionEntry entry, CollectionSchema schema, IReadOnlyCollection<long> ids)
    {
        lock (_lock)
        {
            var found = new Dictionary<long, float[]?[]>();
            foreach (var id in ids)
            {
                if (Of(entry) is { } collection && collection.Rows.TryGetValue(id, out var row))
                    found[id] = [.. schema.Vectors.Select(column => (float[]?)row.Vector(column.Name)?.Clone())];
            }
            return found;
        }
    }

    public void Dispose()
    {
    }

    private Collection? Of(CollectionEntry entry) => _collections.TryGetValue(entry.Name, out var collection) && collection.Entry.Id == entry.Id ? collection : null;

    private sealed class Collection(CollectionEntry entry)
    {
        public CollectionEntry Entry { get; set; } = entry;

        public Dictionary<object, long> Ids { get; } = [];

        public Dictionary<long, Stored> Rows { get; } = [];

        public void Remove(object key)
        {
            if (Ids.Remove(key, out var id))
                Rows.Remove(id);
        }
    }

    /// <summary>A record by the columns that its writer had.</summary>
    private sealed record Stored(NewRecord Record, CollectionSchema Schema)
    {
        public float[]? Vector(string column) => At(Schema.Vectors, column, each => each.Name) is { } i && i < Record.Vectors.Length ? Record.Vectors[i] : null;

        public Row AsRow(long id, CollectionSchema schema) => new(
            id,
            Record.Key,
            [.. schema.Data.Select(column => At(Schema.Data, column.Name, each => each.Name) is { } i && i < Record.Data.Length ? Record.Data[i] : null)]);

        private static int? At<T>(IReadOnlyList<T> columns, string name, Func<T, string> nameOf)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (nameOf(columns[i]) == name)
                    return i;
            }
            return null;
        }
    }
}
