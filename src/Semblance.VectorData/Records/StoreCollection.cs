using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.VectorData.Filtering;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData.Records;

/// <summary>A handle on one collection of a store by one definition; cheap, and any number may be in use.</summary>
internal sealed class StoreCollection<TKey, TRecord>(SemblanceVectorStore store, string name, CollectionModel model) : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    /// <summary>How far down the two rankings of a hybrid search are looked at, at least.</summary>
    private const int FusionDepth = 100;

    private readonly RecordMapper<TRecord> _mapper = new(model, name);
    private readonly CollectionSchema _schema = CollectionSchema.Of(model);

    public override string Name { get; } = name;

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => store.CollectionExistsAsync(Name, cancellationToken);

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) =>
        RunAsync("EnsureCollectionExists", () => store.Ensure(Name, _schema), cancellationToken);

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => store.EnsureCollectionDeletedAsync(Name, cancellationToken);

    public override async Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wanted = _mapper.CheckKey(key, nameof(key));
        return (await RecordsAsync("Get", rows => rows.ByKey(wanted) is { } row ? [row] : [], IncludesVectors(options?.IncludeVectors), cancellationToken)).FirstOrDefault();
    }

    public override IAsyncEnumerable<TRecord> GetAsync(IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var includeVectors = IncludesVectors(options?.IncludeVectors);
        var wanted = keys.Select(key => _mapper.CheckKey(key, nameof(keys))).ToList();
        return StreamAsync(() => RecordsAsync("GetBatch", rows => [.. wanted.Select(rows.ByKey).OfType<Row>()], includeVectors, cancellationToken), cancellationToken);
    }

    public override IAsyncEnumerable<TRecord> GetAsync(Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new FilteredRecordRetrievalOptions<TRecord>();
        var includeVectors = IncludesVectors(options.IncludeVectors);
        var order = RowOrder.Of(options, model);
        return StreamAsync(
            () => RecordsAsync("GetFiltered", rows => [.. order.Sort(rows.Where(Compile(rows, filter)), ColumnOf(rows)).Skip(options.Skip).Take(top)], includeVectors, cancellationToken),
            cancellationToken);
    }

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        var wanted = _mapper.CheckKey(key, nameof(key));
        return WriteAsync("Delete", [], [wanted], cancellationToken);
    }

    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return WriteAsync("DeleteBatch", [], [.. keys.Select(key => _mapper.CheckKey(key, nameof(keys)))], cancellationToken);
    }

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return WriteAsync("Upsert", [record], [], cancellationToken);
    }

    public override Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var batch = records.ToList();
        return batch.Contains(null!)
            ? throw new ArgumentException("A record of the batch is null; nothing was changed.", nameof(records))
            : WriteAsync("UpsertBatch", batch, [], cancellationToken);
    }

    public override IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new VectorSearchOptions<TRecord>();
        var includeVectors = IncludesVectors(options.IncludeVectors);
        var property = model.GetVectorPropertyOrSingle(options);
        var score = ScoreFunction.Of(property);
        return StreamAsync(
            async () =>
            {
                var query = await QueryVectorAsync(property, searchValue, cancellationToken);
                return await ResultsAsync(
                    "Search",
                    rows => [.. rows.Nearest(property.StorageName, query, Depth(top, options.Skip), options.Filter is { } filter ? Compile(rows, filter) : null)
                        .Select(hit => (hit.Row, score.Score(hit.Distance)))
                        .Where(hit => score.Reaches(hit.Item2, options.ScoreThreshold))
                        .Skip(options.Skip)],
                    includeVectors,
                    cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>
    /// Records by nearness and by words: the nearest and those whose text or tags hold the keywords (BM25), fused by their ranks. The score
    /// is that of <see cref="RankFusion"/>; higher is better, and a threshold is a lower bound of it.
    /// </summary>
    public IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new HybridSearchOptions<TRecord>();
        var includeVectors = IncludesVectors(options.IncludeVectors);
        var property = model.GetVectorPropertyOrSingle(new VectorSearchOptions<TRecord> { VectorProperty = options.VectorProperty });
        var text = TextProperty(options.AdditionalProperty);
        var depth = Math.Max(FusionDepth, Depth(top, options.Skip));
        return StreamAsync(
            async () =>
            {
                var query = await QueryVectorAsync(property, searchValue, cancellationToken);
                return await ResultsAsync(
                    "HybridSearch",
                    rows =>
                    {
                        var passes = options.Filter is { } filter ? Compile(rows, filter) : null;
                        var (nearest, matching) = rows.NearestAndMatching(property.StorageName, query, ColumnOf(rows)(text), [.. keywords], depth, passes);
                        return [.. RankFusion.Fuse<Row>(nearest, matching).Where(hit => options.ScoreThreshold is not { } least || hit.Score >= least).Skip(options.Skip).Take(top)];
                    },
                    includeVectors,
                    cancellationToken);
            },
            cancellationToken);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = SemblanceVectorStore.SystemName, VectorStoreName = store.Location, CollectionName = Name }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    private static int Depth(int top, int skip) => (int)Math.Min(int.MaxValue, (long)top + skip);

    private bool IncludesVectors(bool? asked) => asked == true && model.EmbeddingGenerationRequired
        ? throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration)
        : asked == true;

    private Func<PropertyModel, int> ColumnOf(CollectionRows rows)
    {
        var columns = RecordMapper<TRecord>.Columns(model, rows.Schema);
        return property => columns[property];
    }

    private Func<Row, bool> Compile(CollectionRows rows, LambdaExpression filter) => RecordFilter.Compile(filter, model, ColumnOf(rows));

    private DataPropertyModel TextProperty(Expression<Func<TRecord, object?>>? selector)
    {
        var property = selector is null && model.DataProperties.Where(data => data.IsFullTextIndexed).ToList() is [var only] ? only : model.GetFullTextDataPropertyOrSingle(selector);
        return property.Type == typeof(string) || property.Type.IsAssignableTo(typeof(IEnumerable<string>))
            ? property
            : throw new NotSupportedException($"Keywords are looked for in text; '{property.ModelName}' is of type {property.Type.Name}.");
    }

    private static async Task<ReadOnlyMemory<float>> QueryVectorAsync(VectorPropertyModel property, object searchValue, CancellationToken cancellationToken)
    {
        if (RecordMapper<TRecord>.AsVector(searchValue) is { } vector)
            return RecordMapper<TRecord>.Checked(property, vector, "The query");
        if (property.EmbeddingGenerationDispatcher is null)
        {
            throw property.EmbeddingGenerator is null
                ? new NotSupportedException(VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(searchValue.GetType(), RecordModelBuilder.VectorTypes))
                : new InvalidOperationException(VectorDataStrings.IncompatibleEmbeddingGeneratorWasConfiguredForInputType(searchValue.GetType(), property.EmbeddingGenerator.GetType()));
        }
        var embedding = (Embedding<float>)await property.GenerateEmbeddingAsync(searchValue, cancellationToken);
        return RecordMapper<TRecord>.Checked(property, embedding.Vector, "The query");
    }

    private Task WriteAsync(string operation, IReadOnlyList<TRecord> records, IReadOnlyList<object> removedKeys, CancellationToken cancellationToken) => RunAsync(
        operation,
        async () =>
        {
            var rows = Rows();
            if (records.Count == 0 && removedKeys.Count == 0)
                return;
            // Another definition may add columns to the schema at any time, but never moves one.
            var batch = await _mapper.ToRowsAsync(records, rows.Schema, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (!rows.Write(batch, removedKeys))
                throw NoCollection();
        },
        cancellationToken);

    private async Task<List<TRecord>> RecordsAsync(string operation, Func<CollectionRows, List<Row>> find, bool includeVectors, CancellationToken cancellationToken) =>
        await RunAsync(operation, () => Task.FromResult(Mapped(find, row => row, (record, _) => record, includeVectors)), cancellationToken);

    private async Task<List<VectorSearchResult<TRecord>>> ResultsAsync(string operation, Func<CollectionRows, List<(Row Row, double Score)>> find, bool includeVectors, CancellationToken cancellationToken) =>
        await RunAsync(operation, () => Task.FromResult(Mapped(find, hit => hit.Row, (record, hit) => new VectorSearchResult<TRecord>(record, hit.Score), includeVectors)), cancellationToken);

    private List<TResult> Mapped<T, TResult>(Func<CollectionRows, List<T>> find, Func<T, Row> rowOf, Func<TRecord, T, TResult> result, bool includeVectors)
    {
        var rows = Rows();
        if (!includeVectors)
            return find(rows).ConvertAll(item => result(_mapper.ToRecord(rowOf(item), rows.Schema, vectors: null), item));
        var (found, vectors) = rows.WithVectors(() => find(rows), rowOf);
        return found.ConvertAll(item => result(_mapper.ToRecord(rowOf(item), rows.Schema, vectors[rowOf(item).Id]), item));
    }

    private CollectionRows Rows() => store.Rows(Name, _schema) ?? throw NoCollection();

    private VectorStoreException NoCollection() => new($"There is no collection '{Name}' in the store '{store.Location}'; make it with EnsureCollectionExistsAsync.");

    /// <summary>Off the caller's thread, as a scan or a disk may take its time; failures say where they happened.</summary>
    private async Task<T> RunAsync<T>(string operation, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (VectorStoreException e)
        {
            throw new VectorStoreException(e.Message, e.InnerException ?? e)
            {
                VectorStoreSystemName = SemblanceVectorStore.SystemName,
                VectorStoreName = store.Location,
                CollectionName = Name,
                OperationName = operation,
            };
        }
    }

    private Task RunAsync(string operation, Func<Task> work, CancellationToken cancellationToken) => RunAsync(
        operation,
        async () =>
        {
            await work();
            return true;
        },
        cancellationToken);

    private Task RunAsync(string operation, Action work, CancellationToken cancellationToken) => RunAsync(
        operation,
        () =>
        {
            work();
            return Task.FromResult(true);
        },
        cancellationToken);

    private static async IAsyncEnumerable<T> StreamAsync<T>(Func<Task<List<T>>> find, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in await find())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
