using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.Index;
using Semblance.VectorData.Records;
using Semblance.VectorData.Schema;
using Semblance.VectorData.Storage;

namespace Semblance.VectorData;

/// <summary>
/// Semblance's indexes behind .NET's abstraction for vector stores: collections of records with keys, data and vectors, in memory or in a
/// folder. In a folder <c>vectors.db</c> (SQLite) is the truth and <c>indexes/</c> is derived from it; a killed process loses at most the
/// write in flight, and several processes may use one folder.
/// <para>
/// Thread-safe: readers run beside a writer and see each batch wholly or not at all. Collections live in memory without their vectors
/// and with their index: 4 bytes for each element of a vector, and what the data takes. Dispose the store to write its index files; without
/// them the next opening takes longer and nothing else is lost.
/// </para>
/// </summary>
public sealed class SemblanceVectorStore : VectorStore
{
    internal const string SystemName = "semblance";

    private readonly IRecordTruth _truth;
    private readonly IEmbeddingGenerator? _generator;
    private readonly IndexBuildOptions _building;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CollectionRows> _rows = new(StringComparer.Ordinal);
    private bool _disposed;

    private SemblanceVectorStore(IRecordTruth truth, SemblanceVectorStoreOptions? options)
    {
        options ??= new SemblanceVectorStoreOptions();
        _truth = truth;
        _generator = options.EmbeddingGenerator;
        _building = new IndexBuildOptions { Threads = options.Threads, Seed = options.Seed };
    }

    /// <summary>The store's database, or <c>:memory:</c>.</summary>
    internal string Location => _truth.Location;

    /// <summary>A store that lives as long as the object.</summary>
    public static SemblanceVectorStore InMemory(SemblanceVectorStoreOptions? options = null) => new(new MemoryTruth(), options);

    /// <summary>The store in <paramref name="folder"/>, made where there is none.</summary>
    /// <exception cref="VectorStoreException">The folder cannot be used, or what is in it was written by a newer release or by something else.</exception>
    public static SemblanceVectorStore Open(string folder, SemblanceVectorStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new(SqliteTruth.Open(Path.GetFullPath(folder)), options);
    }

    /// <summary>A handle on a collection, which need not exist yet.</summary>
    /// <exception cref="NotSupportedException">The record has an index kind, distance function or property type that is not supported; the message names those that are.</exception>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
            throw new ArgumentException(VectorDataStrings.GetCollectionWithDictionaryNotSupported);
        CheckName(name);
        return new StoreCollection<TKey, TRecord>(this, name, new RecordModelBuilder().Build(typeof(TRecord), typeof(TKey), definition, _generator));
    }

    /// <inheritdoc cref="GetCollection{TKey, TRecord}(string, VectorStoreCollectionDefinition?)"/>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        CheckName(name);
        // Version 10.11 of the abstraction looks at the definition's own generator for typed records only.
        return new StoreCollection<object, Dictionary<string, object?>>(this, name, new RecordModelBuilder().BuildDynamic(definition, definition.EmbeddingGenerator ?? _generator));
    }

    public override IAsyncEnumerable<string> ListCollectionNamesAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _truth.Names().ToAsyncEnumerable();
    }

    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Task.Run(() => _truth.Find(name) is not null, cancellationToken);
    }

    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Task.Run(
            () =>
            {
                _truth.Delete(name);
                Forget(name);
            },
            cancellationToken);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata { VectorStoreSystemName = SystemName, VectorStoreName = Location }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    internal void Ensure(string name, CollectionSchema schema)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = _truth.Ensure(name, schema.Signature(stored: null));
        schema.CheckAgainst(entry.Signature, name);
    }

    /// <summary>The collection caught up with the truth; null where there is none.</summary>
    internal CollectionRows? Rows(string name, CollectionSchema schema)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_truth.Find(name) is not { } entry)
        {
            Forget(name);
            return null;
        }
        CollectionRows? rows;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            rows = _rows.GetValueOrDefault(name);
            if (rows is not null && rows.Id != entry.Id)
            {
                rows.Dispose();
                rows = null;
            }
            _rows[name] = rows ??= new CollectionRows(_truth, entry, schema, _building);
        }
        rows.Widen(schema);
        rows.Refresh(entry);
        return rows;
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            if (!_disposed && disposing)
            {
                _disposed = true;
                foreach (var rows in _rows.Values)
                {
                    rows.Save();
                    rows.Dispose();
                }
                _truth.Dispose();
            }
        }
        base.Dispose(disposing);
    }

    private void Forget(string name)
    {
        lock (_lock)
        {
            // It may have been made anew meanwhile.
            if (_rows.TryGetValue(name, out var rows) && _truth.Find(name)?.Id != rows.Id)
            {
                _rows.Remove(name);
                rows.Dispose();
            }
        }
    }

    private static void CheckName(string name) => ArgumentException.ThrowIfNullOrWhiteSpace(name);
}
