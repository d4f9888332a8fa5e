using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.Features;
using Semblance.VectorData.Filtering;
using Semblance.VectorData.Records;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData;

/// <summary>
/// A gallery as a collection of .NET's abstraction for vector stores: its pictures are the records, and what
/// <see cref="Gallery.SearchAsync"/> finds, <see cref="SearchAsync"/> finds. It is searched by a picture (a <see cref="DataContent"/>, known by its
/// bytes and not by its media type; or a path or URL as a string), by the id of one of its pictures (a <see cref="long"/>, itself left out), by a
/// raw vector of the gallery's embedder, or by a <see cref="Query"/>. Scores are cosine similarities.
/// <para>
/// The gallery follows its folders, so pictures come and go by <see cref="Gallery.IngestAsync(string, IngestOptions?, CancellationToken)"/>; an
/// upsert writes the tags of pictures that are there, and everything else is refused. A filter is tried on every picture of the gallery,
/// read anew.
/// </para>
/// </summary>
public sealed class GalleryCollection : VectorStoreCollection<long, GalleryRecord>, IKeywordHybridSearchable<GalleryRecord>
{
    /// <summary>How far down the two rankings of a hybrid search are looked at, at least.</summary>
    private const int FusionDepth = 100;

    // Made once: nothing in it depends on the gallery.
    private static readonly CollectionModel s_model = new RecordModelBuilder().Build(typeof(GalleryRecord), typeof(long), definition: null, defaultEmbeddingGenerator: null);
    private static readonly Dictionary<PropertyModel, int> s_columns = s_model.DataProperties.Select((property, i) => (Property: (PropertyModel)property, i))
        .Append((s_model.KeyProperty, Row.KeyColumn))
        .ToDictionary(column => column.Item1, column => column.Item2);

    private readonly Gallery _gallery;
    private readonly bool _leaveOpen;

    /// <param name="leaveOpen">True leaves <paramref name="gallery"/> to the caller; false disposes it with the collection.</param>
    public GalleryCollection(Gallery gallery, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        _gallery = gallery;
        _leaveOpen = leaveOpen;
    }

    /// <summary>The name of the gallery's folder.</summary>
    public override string Name => Path.GetFileName(_gallery.Folder);

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);

    /// <summary>Does nothing: an opened gallery is there.</summary>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <exception cref="NotSupportedException">Always.</exception>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"The gallery '{_gallery.Folder}' is not deleted from here; close it and delete its folder. The pictures are elsewhere and stay.");

    public override async Task<GalleryRecord?> GetAsync(long key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetAsync([key], options, cancellationToken).FirstOrDefaultAsync(cancellationToken);

    public override IAsyncEnumerable<GalleryRecord> GetAsync(IEnumerable<long> keys, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var wanted = keys.ToList();
        return StreamAsync(
            "GetBatch",
            () =>
            {
                var items = _gallery.ItemsById([.. wanted]);
                return wanted.Select(items.GetValueOrDefault).OfType<GalleryItem>().Where(item => !item.Missing).Select(item => RecordOf(item, _gallery.Tags(item.Id))).ToList();
            },
            options?.IncludeVectors,
            record => record,
            cancellationToken);
    }

    public override IAsyncEnumerable<GalleryRecord> GetAsync(Expression<Func<GalleryRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<GalleryRecord>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new FilteredRecordRetrievalOptions<GalleryRecord>();
        var passes = Compile(filter);
        var order = RowOrder.Of(options, s_model);
        return StreamAsync(
            "GetFiltered",
            () =>
            {
                var records = Records().ToDictionary(record => record.Id);
                return order.Sort([.. records.Values.Select(RowOf).Where(passes)], property => s_columns[property]).Skip(options.Skip).Take(top).Select(row => records[row.Id]).ToList();
            },
            options.IncludeVectors,
            record => record,
            cancellationToken);
    }

    /// <exception cref="NotSupportedException">Always.</exception>
    public override Task DeleteAsync(long key, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A gallery follows its folders: delete or move the picture's file, then run Gallery.IngestAsync over its folder.");

    /// <inheritdoc cref="UpsertAsync(IEnumerable{GalleryRecord}, CancellationToken)"/>
    public override Task UpsertAsync(GalleryRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <summary>Writes the tags of pictures that are in the gallery: those that the record has, and no others.</summary>
    /// <exception cref="NotSupportedException">A picture is not there, or something else than its tags differs; then nothing was changed.</exception>
    public override Task UpsertAsync(IEnumerable<GalleryRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var batch = records.ToList();
        return RunAsync("Upsert", () => Task.FromResult(WriteTags(batch)), cancellationToken);
    }

    public override IAsyncEnumerable<VectorSearchResult<GalleryRecord>> SearchAsync<TInput>(TInput searchValue, int top, VectorSearchOptions<GalleryRecord>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new VectorSearchOptions<GalleryRecord>();
        var query = QueryOf(searchValue);
        var passes = options.Filter is { } filter ? Compile(filter) : null;
        return StreamAsync(
            "Search",
            async () =>
            {
                var hits = await NearestAsync(query, Depth(top, options.Skip), passes is null ? null : Passing(passes), cancellationToken);
                return hits.Where(hit => options.ScoreThreshold is not { } least || hit.Score >= least).Skip(options.Skip)
                    .Select(hit => (Record: RecordOf(hit.Item, _gallery.Tags(hit.Id)), Score: (double)hit.Score)).ToList();
            },
            options.IncludeVectors,
            hit => hit.Record,
            cancellationToken).Select(hit => new VectorSearchResult<GalleryRecord>(hit.Record, hit.Score));
    }

    /// <summary>
    /// Pictures by likeness and by tags: the most similar and those whose tags hold the keywords (BM25 over all tags of the gallery, read
    /// anew for each search), fused by reciprocal ranks. Higher scores are better.
    /// </summary>
    public IAsyncEnumerable<VectorSearchResult<GalleryRecord>> HybridSearchAsync<TInput>(TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<GalleryRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new HybridSearchOptions<GalleryRecord>();
        var query = QueryOf(searchValue);
        var passes = options.Filter is { } filter ? Compile(filter) : null;
        var text = s_columns[s_model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty ?? (record => record.Tags))];
        return StreamAsync(
            "HybridSearch",
            async () =>
            {
                var records = Records().ToDictionary(record => record.Id);
                var words = new TextIndex(text);
                var passing = new HashSet<long>();
                foreach (var row in records.Values.Select(RowOf))
                {
                    words.Add(row);
                    if (passes is null || passes(row))
                        passing.Add(row.Id);
                }
                var depth = Math.Max(FusionDepth, Depth(top, options.Skip));
                var nearest = await NearestAsync(query, depth, passing, cancellationToken);
                var matching = words.Search(keywords, passing.Contains).Take(depth);
                return RankFusion.Fuse<long>([.. nearest.Select(hit => hit.Id)], [.. matching.Select(hit => hit.Id)])
                    .Where(hit => records.ContainsKey(hit.Item) && (options.ScoreThreshold is not { } least || hit.Score >= least))
                    .Skip(options.Skip).Take(top)
                    .Select(hit => (Record: records[hit.Item], hit.Score)).ToList();
            },
            options.IncludeVectors,
            hit => hit.Record,
            cancellationToken).Select(hit => new VectorSearchResult<GalleryRecord>(hit.Record, hit.Score));
    }

    /// <summary>Also the <see cref="Gallery"/>, and a generator of its embedder's vectors.</summary>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = SemblanceVectorStore.SystemName, VectorStoreName = _gallery.Folder, CollectionName = Name }
            : serviceType == typeof(Gallery) ? _gallery
            : serviceType == typeof(IEmbeddingGenerator<DataContent, Embedding<float>>) ? new PictureEmbeddingGenerator(_gallery.Embedder, leaveOpen: true)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
            _gallery.Dispose();
        base.Dispose(disposing);
    }

    private static int Depth(int top, int skip) => (int)Math.Min(int.MaxValue, (long)top + skip);

    private static Func<Row, bool> Compile(LambdaExpression filter) => RecordFilter.Compile(filter, s_model, property => s_columns[property]);

    private static Query QueryOf(object searchValue) => searchValue switch
    {
        Query query => query,
        string location => Query.From(location),
        DataContent content => Query.FromBytes(content.Data),
        long id => Query.FromId(id),
        _ when RecordMapper<GalleryRecord>.AsVector(searchValue) is { } vector => new Query { Inputs = [new VectorInput(vector)] },
        _ => throw new NotSupportedException($"A gallery is not searched by {searchValue.GetType().Name}; give a picture (DataContent, or a path or URL), the id of one (long), a raw vector ({RecordModelBuilder.VectorTypes}), or a Query."),
    };

    private async Task<IReadOnlyList<SearchHit>> NearestAsync(Query query, int k, HashSet<long>? among, CancellationToken cancellationToken)
    {
        if (_gallery.Space is null)
            return [];
        if (query.Among is { } own)
            among = among is null ? [.. own] : [.. among.Where(own.Contains)];
        return await _gallery.SearchAsync(query with { Among = among }, (int)Math.Min(k, Math.Max(1, _gallery.CountItems())), cancellationToken);
    }

    private HashSet<long> Passing(Func<Row, bool> passes) => [.. Records().Select(RowOf).Where(passes).Select(row => row.Id)];

    private IEnumerable<GalleryRecord> Records()
    {
        var tags = _gallery.AllTags();
        return _gallery.Items().Select(item => RecordOf(item, tags.GetValueOrDefault(item.Id) ?? []));
    }

    private static Row RowOf(GalleryRecord record) => new(record.Id, record.Id, [.. s_model.DataProperties.Select(property => property.GetValueAsObject(record))]);

    private static GalleryRecord RecordOf(GalleryItem item, IReadOnlyList<string> tags) => new()
    {
        Id = item.Id,
        Path = item.Path,
        Label = item.Label,
        Tags = [.. tags],
        Taken = item.Taken,
        Modified = item.Modified,
        Camera = item.Camera,
        Format = item.Format,
        Width = item.Width,
        Height = item.Height,
        Size = item.Size,
        Hash = item.Hash,
    };

    private bool WriteTags(List<GalleryRecord> records)
    {
        var items = _gallery.ItemsById([.. records.Select(record => record.Id)]);
        foreach (var record in records)
        {
            if (items.GetValueOrDefault(record.Id) is not { Missing: false } item)
                throw new NotSupportedException($"There is no picture {record.Id} in the gallery '{_gallery.Folder}'. Pictures come into it by Gallery.IngestAsync; an upsert writes the tags of those that are there. Nothing was changed.");
            var known = RecordOf(item, record.Tags ?? []);
            var differing = s_model.DataProperties.FirstOrDefault(property => property.ModelName != nameof(GalleryRecord.Tags) && !Equals(property.GetValueAsObject(known), property.GetValueAsObject(record)));
            if (differing is not null)
                throw new NotSupportedException($"The record of picture {record.Id} has another {differing.ModelName} than the gallery; an upsert writes the tags and nothing else. Nothing was changed.");
        }
        foreach (var record in records)
        {
            var wanted = record.Tags ?? [];
            var unwanted = _gallery.Tags(record.Id).Except(wanted, StringComparer.Ordinal).ToList();
            if (unwanted.Count > 0)
                _gallery.RemoveTags([record.Id], unwanted);
            if (wanted.Length > 0)
                _gallery.AddTags([record.Id], wanted);
        }
        return true;
    }

    private IAsyncEnumerable<T> StreamAsync<T>(string operation, Func<List<T>> find, bool? includeVectors, Func<T, GalleryRecord> recordOf, CancellationToken cancellationToken) =>
        StreamAsync(operation, () => Task.FromResult(find()), includeVectors, recordOf, cancellationToken);

    private async IAsyncEnumerable<T> StreamAsync<T>(string operation, Func<Task<List<T>>> find, bool? includeVectors, Func<T, GalleryRecord> recordOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in await RunAsync(operation, find, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (includeVectors == true && _gallery.Vector(recordOf(item).Id) is { } vector)
                recordOf(item).Vector = new ReadOnlyMemory<float>(vector);
            yield return item;
        }
    }

    private async Task<T> RunAsync<T>(string operation, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (GalleryException e)
        {
            throw new VectorStoreException(e.Message, e)
            {
                VectorStoreSystemName = SemblanceVectorStore.SystemName,
                VectorStoreName = _gallery.Folder,
                CollectionName = Name,
                OperationName = operation,
            };
        }
    }
}
