using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Semblance.Testing;
using Xunit;

namespace Semblance.VectorData.Tests;

/// <summary>A gallery through the abstraction, against the gallery's own answers.</summary>
public sealed class GalleryCollectionTests : IAsyncLifetime
{
    private const int Classes = 3;
    private const int Each = 5;

    private readonly TemporaryFolder _folder = new();
    private Gallery _gallery = null!;
    private GalleryCollection _collection = null!;

    public async ValueTask InitializeAsync()
    {
        for (var c = 0; c < Classes; c++)
        {
            Directory.CreateDirectory(_folder["pictures", $"c{c}"]);
            for (var i = 0; i < Each; i++)
                await File.WriteAllBytesAsync(PathOf(c, i), PictureBytes.Jpeg(TestPictures.Scene(48, 40, c, (c * 1000) + i)));
        }
        _gallery = Gallery.Open(_folder["gallery"], new GalleryOptions { Model = "hsv", Threads = 2 });
        await _gallery.IngestAsync(_folder["pictures"]);
        _gallery.AddTags([IdOf(1, 0), IdOf(1, 1)], ["on the beach", "summer"]);
        _gallery.AddTags([IdOf(2, 0)], ["summer"]);
        _collection = new GalleryCollection(_gallery);
    }

    public ValueTask DisposeAsync()
    {
        _collection.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private string PathOf(int c, int i) => _folder["pictures", $"c{c}", $"p{i}.jpg"];

    private long IdOf(int c, int i) => _gallery.ItemByPath(PathOf(c, i))!.Id;

    [Fact]
    public async Task It_finds_what_the_gallery_finds_by_whatever_it_is_asked()
    {
        var truth = (await _gallery.SearchAsync(Query.From(PathOf(0, 2)), 15)).Select(hit => (hit.Id, (double)hit.Score)).ToList();
        // The media type is wrong on purpose: the bytes decide.
        var content = new DataContent(await File.ReadAllBytesAsync(PathOf(0, 2)), "image/png");
        Assert.Equal(truth, await HitsAsync(_collection.SearchAsync(PathOf(0, 2), 15)));
        Assert.Equal(truth, await HitsAsync(_collection.SearchAsync(content, 15)));
        Assert.Equal(truth, await HitsAsync(_collection.SearchAsync(Query.From(PathOf(0, 2)), 15)));
        Assert.Equal(truth.Skip(4).Take(3), await HitsAsync(_collection.SearchAsync(content, 3, new VectorSearchOptions<GalleryRecord> { Skip = 4 })));
        Assert.Equal(truth.Where(hit => hit.Item1 != IdOf(0, 2)), await HitsAsync(_collection.SearchAsync(IdOf(0, 2), 15)));
        var threshold = (truth[5].Item2 + truth[6].Item2) / 2;
        Assert.Equal(truth.Take(6), await HitsAsync(_collection.SearchAsync(content, 15, new VectorSearchOptions<GalleryRecord> { ScoreThreshold = threshold })));
        // A score that just reaches the threshold passes.
        Assert.Equal(truth.TakeWhile(hit => hit.Item2 >= truth[3].Item2), await HitsAsync(_collection.SearchAsync(content, 15, new VectorSearchOptions<GalleryRecord> { ScoreThreshold = truth[3].Item2 })));

        var self = await _collection.SearchAsync(content, 1, new VectorSearchOptions<GalleryRecord> { IncludeVectors = true }).SingleAsync();
        Assert.Equal(IdOf(0, 2), self.Record.Id);
        Assert.Equal(truth.Select(hit => hit.Id), (await HitsAsync(_collection.SearchAsync(self.Record.Vector!.Value, 15))).Select(hit => hit.Id));
        Assert.Null((await _collection.GetAsync(self.Record.Id))!.Vector);
    }

    [Fact]
    public async Task Filters_and_order_are_those_of_linq()
    {
        var wanted = new[] { "c1", "c2" };
        var records = await _collection.GetAsync(record => wanted.Contains(record.Label) && record.Tags.Contains("summer"), 10, new FilteredRecordRetrievalOptions<GalleryRecord> { OrderBy = by => by.Descending(record => record.Path) }).ToListAsync();
        Assert.Equal([PathOf(2, 0), PathOf(1, 1), PathOf(1, 0)], records.Select(record => record.Path));
        var found = await HitsAsync(_collection.SearchAsync(PathOf(0, 0), 15, new VectorSearchOptions<GalleryRecord> { Filter = record => record.Label == "c1" }));
        Assert.Equal((await _gallery.SearchAsync(Query.From(PathOf(0, 0)) with { Where = "label:c1" }, 15)).Select(hit => hit.Id), found.Select(hit => hit.Id));
        Assert.Empty(await HitsAsync(_collection.SearchAsync(PathOf(0, 0), 15, new VectorSearchOptions<GalleryRecord> { Filter = record => record.Taken > new DateTime(2020, 1, 1) })));
        Assert.Equal(Classes * Each, await _collection.GetAsync(record => record.Format == "jpeg" && record.Width == 48, 100).CountAsync());
    }

    [Fact]
    public async Task A_hybrid_search_looks_into_the_tags()
    {
        var found = await _collection.HybridSearchAsync(PathOf(0, 0), ["beach"], 3).ToListAsync();
        Assert.Equal(new[] { IdOf(1, 0), IdOf(1, 1) }.Order(), found.Take(2).Select(hit => hit.Record.Id).Order());
        Assert.Equal(IdOf(0, 0), found[2].Record.Id);
        Assert.Contains("on the beach", found[0].Record.Tags);
    }

    [Fact]
    public async Task An_upsert_writes_tags_and_nothing_else()
    {
        var record = (await _collection.GetAsync(IdOf(1, 0)))!;
        record.Tags = ["summer", "sea"];
        await _collection.UpsertAsync(record);
        Assert.Equal(["sea", "summer"], (await _collection.GetAsync(record.Id))!.Tags);

        var other = (await _collection.GetAsync(IdOf(1, 1)))!;
        other.Tags = [];
        record.Camera = "another";
        Assert.Contains("Camera", (await Assert.ThrowsAsync<NotSupportedException>(() => _collection.UpsertAsync([other, record]))).Message);
        Assert.NotEmpty((await _collection.GetAsync(other.Id))!.Tags);
        await Assert.ThrowsAsync<NotSupportedException>(() => _collection.UpsertAsync(new GalleryRecord { Path = "new.jpg" }));
        await Assert.ThrowsAsync<NotSupportedException>(() => _collection.DeleteAsync(other.Id));
        await Assert.ThrowsAsync<NotSupportedException>(() => _collection.EnsureCollectionDeletedAsync());
    }

    [Fact]
    public async Task What_it_cannot_search_by_is_named()
    {
        await Assert.ThrowsAsync<NotSupportedException>(async () => await _collection.SearchAsync(new Uri("https://example.org"), 1).ToListAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _collection.SearchAsync(PathOf(0, 0), 0).ToListAsync());
        Assert.Contains("no-such", (await Assert.ThrowsAsync<VectorStoreException>(async () => await _collection.SearchAsync(_folder["no-such.jpg"], 1).ToListAsync())).Message);
        await Assert.ThrowsAsync<VectorStoreException>(async () => await _collection.SearchAsync(new DataContent(new byte[] { 1, 2, 3 }, "image/jpeg"), 1).ToListAsync());
        await Assert.ThrowsAsync<VectorStoreException>(async () => await _collection.SearchAsync(new float[3], 1).ToListAsync());
    }

    [Fact]
    public async Task Services_lead_to_the_gallery_and_its_generator()
    {
        Assert.Same(_gallery, _collection.GetService(typeof(Gallery)));
        var generator = (IEmbeddingGenerator<DataContent, Embedding<float>>)_collection.GetService(typeof(IEmbeddingGenerator<DataContent, Embedding<float>>))!;
        var vector = await generator.GenerateVectorAsync(new DataContent(await File.ReadAllBytesAsync(PathOf(2, 1)), "image/jpeg"));
        Assert.Equal(IdOf(2, 1), (await _collection.SearchAsync(vector, 1).SingleAsync()).Record.Id);
    }

    [Fact]
    public async Task An_empty_gallery_has_no_answers()
    {
        using var empty = new GalleryCollection(Gallery.Open(_folder["empty"], new GalleryOptions { Model = "hsv" }));
        Assert.Empty(await empty.SearchAsync(PathOf(0, 0), 3).ToListAsync());
        Assert.Null(await empty.GetAsync(1));
        Assert.Empty(await empty.HybridSearchAsync(PathOf(0, 0), ["x"], 3).ToListAsync());
    }

    private static async Task<List<(long Id, double Score)>> HitsAsync(IAsyncEnumerable<VectorSearchResult<GalleryRecord>> results) =>
        await results.Select(result => (result.Record.Id, result.Score!.Value)).ToListAsync();
}
