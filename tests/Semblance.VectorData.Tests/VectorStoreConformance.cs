using System.Linq.Expressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Xunit;

namespace Semblance.VectorData.Tests;

/// <summary>
/// What every store owes its users, written against the abstraction alone and checked against LINQ over a plain list: no line here
/// knows a type of Semblance.
/// </summary>
public abstract class VectorStoreConformance
{
    private const int Dishes = 300;

    protected abstract VectorStore OpenStore();

    public static TheoryData<string> DistanceFunctions =>
    [
        DistanceFunction.CosineSimilarity, DistanceFunction.CosineDistance, DistanceFunction.DotProductSimilarity,
        DistanceFunction.NegativeDotProductSimilarity, DistanceFunction.EuclideanDistance, DistanceFunction.EuclideanSquaredDistance,
    ];

    public static TheoryData<string> IndexKinds => [IndexKind.Flat, IndexKind.Hnsw, IndexKind.IvfFlat, IndexKind.Dynamic, "kd-tree"];

    /// <summary>Filters as users write them, each with the meaning that it has where a property is null.</summary>
    public static TheoryData<string> Filters => [.. s_filters.Keys];

    private static readonly string[] s_wanted = ["thai", "swiss"];
    private static readonly int[] s_minutes = [5, 10, 15, 20, 25];

    private static readonly Dictionary<string, (Expression<Func<Dish, bool>> Filter, Func<Dish, bool> Truth)> s_filters = new(StringComparer.Ordinal)
    {
        ["equal text"] = (d => d.Kitchen == "thai", d => d.Kitchen == "thai"),
        ["unequal text"] = (d => d.Kitchen != "thai", d => d.Kitchen != "thai"),
        ["null"] = (d => d.Kitchen == null, d => d.Kitchen == null),
        ["not null"] = (d => d.Price != null, d => d.Price != null),
        ["key"] = (d => d.Id == "dish007", d => d.Id == "dish007"),
        ["numbers"] = (d => d.Minutes >= 20 && d.Minutes < 50, d => d.Minutes is >= 20 and < 50),
        ["nullable number"] = (d => d.Price > 12.5, d => d.Price > 12.5),
        ["value of nullable"] = (d => d.Price!.Value <= 12.5, d => d.Price <= 12.5),
        ["has value"] = (d => d.Price.HasValue && d.Price.Value > 3, d => d.Price > 3),
        ["reckoning"] = (d => (d.Minutes * 2) + 1 > 101, d => (d.Minutes * 2) + 1 > 101),
        ["or, not"] = (d => d.Vegan || !(d.Minutes > 30), d => d.Vegan || d.Minutes <= 30),
        ["bool alone"] = (d => d.Vegan, d => d.Vegan),
        ["date"] = (d => d.Added > new DateTime(2025, 1, 1), d => d.Added > new DateTime(2025, 1, 1)),
        ["enum"] = (d => d.Course == Course.Dessert, d => d.Course == Course.Dessert),
        ["array contains text"] = (d => s_wanted.Contains(d.Kitchen), d => d.Kitchen is "thai" or "swiss"),
        ["array contains number"] = (d => s_minutes.Contains(d.Minutes), d => d.Minutes is 5 or 10 or 15 or 20 or 25),
        ["array written in place"] = (d => new[] { "basque", "swiss" }.Contains(d.Kitchen), d => d.Kitchen is "basque" or "swiss"),
        ["list contains"] = (d => new List<string?> { "thai", null }.Contains(d.Kitchen), d => d.Kitchen is "thai" or null),
        ["tag"] = (d => d.Tags!.Contains("sour"), d => d.Tags is not null && d.Tags.Contains("sour")),
        ["without a tag"] = (d => !d.Tags!.Contains("sour"), d => d.Tags is null || !d.Tags.Contains("sour")),
        ["list property contains"] = (d => d.Steps!.Contains(2), d => d.Steps is not null && d.Steps.Contains(2)),
        ["any tag of"] = (d => d.Tags!.Any(tag => s_hot.Contains(tag)), d => d.Tags is not null && d.Tags.Any(tag => tag is "hot" or "fried")),
        ["any tag that"] = (d => d.Tags!.Any(tag => tag.StartsWith('s')), d => d.Tags is not null && d.Tags.Any(tag => tag.StartsWith('s'))),
        ["count of tags"] = (d => d.Tags!.Length == 2, d => d.Tags is { Length: 2 }),
        ["start of text"] = (d => d.Kitchen!.StartsWith('s'), d => d.Kitchen is not null && d.Kitchen.StartsWith('s')),
        ["length of text"] = (d => d.Kitchen!.Length < 5, d => d.Kitchen is { Length: < 5 }),
        ["nothing"] = (d => d.Minutes > 1000, d => false),
    };

    private static readonly string[] s_hot = ["hot", "fried"];

    [Fact]
    public async Task Collections_are_made_listed_and_deleted()
    {
        using var store = OpenStore();
        var collection = store.GetCollection<string, Dish>("menu");
        Assert.Equal("menu", collection.Name);
        Assert.False(await collection.CollectionExistsAsync());
        await collection.EnsureCollectionExistsAsync();
        await collection.EnsureCollectionExistsAsync();
        await store.GetCollection<string, Dish>("carte / \"du jour\" 日本").EnsureCollectionExistsAsync();
        Assert.True(await store.CollectionExistsAsync("menu"));
        Assert.Equal(["carte / \"du jour\" 日本", "menu"], await store.ListCollectionNamesAsync().Order().ToListAsync());

        await collection.UpsertAsync(Dish.Random(3, 1));
        await store.EnsureCollectionDeletedAsync("menu");
        await store.EnsureCollectionDeletedAsync("menu");
        Assert.False(await collection.CollectionExistsAsync());
        await collection.EnsureCollectionExistsAsync();
        Assert.Null(await collection.GetAsync("dish000"));
        Assert.Empty(await collection.SearchAsync(new float[Dish.Dimension], 5).ToListAsync());
    }

    [Fact]
    public async Task A_collection_that_does_not_exist_is_named_in_the_exception()
    {
        using var store = OpenStore();
        var collection = store.GetCollection<string, Dish>("nowhere");
        var failures = new[]
        {
            await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync(Dish.Random(1, 1))),
            await Assert.ThrowsAsync<VectorStoreException>(() => collection.GetAsync("a")),
            await Assert.ThrowsAsync<VectorStoreException>(() => collection.DeleteAsync("a")),
            await Assert.ThrowsAsync<VectorStoreException>(async () => await collection.SearchAsync(new float[Dish.Dimension], 1).ToListAsync()),
        };
        Assert.All(failures, failure => Assert.Equal("nowhere", failure.CollectionName));
        Assert.Equal("Search", failures[3].OperationName);
    }

    [Fact]
    public async Task Records_come_back_as_they_were_put_in()
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store);
        foreach (var dish in dishes.Take(40))
        {
            var back = (await collection.GetAsync(dish.Id, new RecordRetrievalOptions { IncludeVectors = true }))!;
            Assert.Equal(dish.Facts, back.Facts);
            Assert.Equal(dish.Taste?.ToArray(), back.Taste?.ToArray());
        }
        Assert.Null((await collection.GetAsync(dishes.First(dish => dish.Taste is not null).Id))!.Taste);
        Assert.Null(await collection.GetAsync("no such dish"));
        var some = await collection.GetAsync(["dish001", "no such dish", "dish002"]).ToListAsync();
        Assert.Equal(["dish001", "dish002"], some.Select(dish => dish.Id).Order());
    }

    [Fact]
    public async Task An_upsert_replaces_and_a_delete_removes_for_searches_too()
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store);
        var query = Dish.Vector(new Random(9));
        foreach (var dish in dishes.Take(50))
        {
            dish.Minutes += 1000;
            dish.Taste = Dish.Vector(new Random(dish.Minutes));
        }
        await collection.UpsertAsync(dishes.Take(50));
        await collection.UpsertAsync(dishes[50]);
        await collection.DeleteAsync(dishes.Skip(100).Take(80).Select(dish => dish.Id));
        await collection.DeleteAsync(dishes[99].Id);
        await collection.DeleteAsync("no such dish");
        var left = dishes.Take(99).Concat(dishes.Skip(180)).ToList();

        var found = await collection.SearchAsync(query, Dishes).ToListAsync();
        Assert.Equal(Truth(left, query, DistanceFunction.CosineSimilarity).Select(hit => hit.Dish.Id), found.Select(hit => hit.Record.Id));
        Assert.Equal(left.Count, (await collection.GetAsync(dish => true, int.MaxValue).ToListAsync()).Count);
        Assert.Equal(50, (await collection.GetAsync(dish => dish.Minutes > 1000, 1000).ToListAsync()).Count);
    }

    [Fact]
    public async Task Of_two_records_with_one_key_in_a_batch_the_later_counts()
    {
        using var store = OpenStore();
        var collection = store.GetCollection<string, Dish>("menu");
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new Dish { Id = "a", Minutes = 1, Taste = new float[] { 1, 0, 0, 0, 0, 0, 0, 0 } }, new Dish { Id = "a", Minutes = 2, Taste = new float[] { 0, 1, 0, 0, 0, 0, 0, 0 } }]);
        var hit = Assert.Single(await collection.SearchAsync(new float[] { 1, 0, 0, 0, 0, 0, 0, 0 }, 5).ToListAsync());
        Assert.Equal((2, 0d), (hit.Record.Minutes, hit.Score));
    }

    [Fact]
    public async Task What_a_caller_holds_is_a_copy()
    {
        using var store = OpenStore();
        var (collection, _) = await FilledAsync(store);
        var dish = new Dish { Id = "mine", Tags = ["hot"], Steps = [1] };
        await collection.UpsertAsync(dish);
        dish.Tags[0] = "cold";
        dish.Steps.Add(2);
        var back = (await collection.GetAsync("mine"))!;
        Assert.Equal(("hot", 1), (back.Tags![0], back.Steps!.Count));
        back.Tags[0] = "cold";
        Assert.Equal("hot", (await collection.GetAsync("mine"))!.Tags![0]);
    }

    [Theory]
    [MemberData(nameof(DistanceFunctions))]
    public async Task Searches_rank_and_score_as_the_distance_function_says(string function)
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store, Definition(function, IndexKind.Flat));
        var random = new Random(11);
        for (var i = 0; i < 5; i++)
        {
            var query = Dish.Vector(random);
            var truth = Truth(dishes, query, function);
            var found = await collection.SearchAsync(query, 20).ToListAsync();
            AssertSame(truth.Take(20), found);

            var next = await collection.SearchAsync(new ReadOnlyMemory<float>(query), 7, new VectorSearchOptions<Dish> { Skip = 5 }).ToListAsync();
            AssertSame(truth.Skip(5).Take(7), next);

            var threshold = (truth[12].Score + truth[13].Score) / 2;
            var near = await collection.SearchAsync(new Embedding<float>(query), 100, new VectorSearchOptions<Dish> { ScoreThreshold = threshold }).ToListAsync();
            AssertSame(truth.Take(13), near);
        }
    }

    [Theory]
    [MemberData(nameof(IndexKinds))]
    public async Task Every_index_kind_finds_the_nearest(string kind)
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store, Definition(DistanceFunction.CosineDistance, kind));
        var query = Dish.Vector(new Random(12));
        AssertSame(Truth(dishes, query, DistanceFunction.CosineDistance).Take(10), await collection.SearchAsync(query, 10).ToListAsync());
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filters_mean_what_they_say(string name)
    {
        var (filter, truth) = s_filters[name];
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store);
        var passing = dishes.Where(truth).ToList();
        Assert.Equal(passing.Select(dish => dish.Id), (await collection.GetAsync(filter, Dishes).ToListAsync()).Select(dish => dish.Id).Order());
        var query = Dish.Vector(new Random(13));
        AssertSame(Truth(passing, query, DistanceFunction.CosineSimilarity).Take(8), await collection.SearchAsync(query, 8, new VectorSearchOptions<Dish> { Filter = filter }).ToListAsync());
    }

    [Fact]
    public async Task Random_filters_agree_with_linq()
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store);
        var random = new Random(14);
        for (var i = 0; i < 60; i++)
        {
            var filter = RandomFilter(random, depth: 3);
            var passing = dishes.Where(filter.Compile()).ToList();
            var query = Dish.Vector(random);
            AssertSame(Truth(passing, query, DistanceFunction.CosineSimilarity).Take(15), await collection.SearchAsync(query, 15, new VectorSearchOptions<Dish> { Filter = filter }).ToListAsync());
        }
    }

    [Fact]
    public async Task Filters_that_cannot_be_are_refused()
    {
        using var store = OpenStore();
        var (collection, _) = await FilledAsync(store);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.GetAsync(dish => dish.Taste == null, 1).ToListAsync());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.GetAsync(dish => Passes(dish), 1).ToListAsync());
    }

    private static bool Passes(Dish dish) => dish.Vegan;

    [Fact]
    public async Task Filtered_records_come_in_order_and_in_pages()
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store);
        var page = await collection.GetAsync(dish => dish.Vegan, 10, new FilteredRecordRetrievalOptions<Dish> { Skip = 4, OrderBy = by => by.Descending(dish => dish.Price).Ascending(dish => dish.Minutes).Ascending(dish => dish.Id) }).ToListAsync();
        var truth = dishes.Where(dish => dish.Vegan).OrderByDescending(dish => dish.Price).ThenBy(dish => dish.Minutes).ThenBy(dish => dish.Id).Skip(4).Take(10);
        Assert.Equal(truth.Select(dish => dish.Id), page.Select(dish => dish.Id));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.GetAsync(dish => true, 1, new FilteredRecordRetrievalOptions<Dish> { OrderBy = by => by.Ascending(dish => dish.Taste) }).ToListAsync());
    }

    [Fact]
    public async Task Arguments_are_checked()
    {
        using var store = OpenStore();
        var (collection, dishes) = await FilledAsync(store);
        var query = new float[Dish.Dimension];
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await collection.SearchAsync(query, 0).ToListAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await collection.GetAsync(dish => true, 0).ToListAsync());
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorSearchOptions<Dish> { Skip = -1 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await collection.SearchAsync(new float[3], 1).ToListAsync());
        await Assert.ThrowsAsync<ArgumentException>(async () => await collection.SearchAsync(new[] { float.NaN, 0, 0, 0, 0, 0, 0, 0 }, 1).ToListAsync());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.SearchAsync("spicy", 1).ToListAsync());
        await Assert.ThrowsAsync<ArgumentNullException>(() => collection.GetAsync((string)null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => collection.UpsertAsync((Dish)null!));
        Assert.Throws<ArgumentException>(() => store.GetCollection<string, Dish>(" "));

        // Nothing of a batch with a faulty record is kept.
        var before = await collection.GetAsync(dish => true, int.MaxValue).CountAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([new Dish { Id = "good" }, new Dish { Id = "bad", Taste = new float[3] }]));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([new Dish { Id = "good" }, new Dish { Id = "bad", Taste = new[] { float.PositiveInfinity, 0, 0, 0, 0, 0, 0, 0 } }]));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([new Dish { Id = "good" }, null!]));
        Assert.Equal(before, await collection.GetAsync(dish => true, int.MaxValue).CountAsync());
        await collection.UpsertAsync([]);
        await collection.DeleteAsync(Array.Empty<string>());
        Assert.NotEmpty(dishes);
    }

    [Theory]
    [InlineData("ManhattanDistance", null)]
    [InlineData("HammingDistance", null)]
    [InlineData(null, "DiskAnn")]
    [InlineData(null, "no such kind")]
    public void What_is_not_supported_is_refused_at_once(string? function, string? kind)
    {
        using var store = OpenStore();
        Assert.Throws<NotSupportedException>(() => store.GetCollection<string, Dish>("menu", Definition(function, kind)));
    }

    [Fact]
    public async Task A_hybrid_search_raises_what_holds_the_words()
    {
        using var store = OpenStore();
        var collection = store.GetCollection<string, Dish>("menu");
        await collection.EnsureCollectionExistsAsync();
        // The farther, the later the name.
        await collection.UpsertAsync(Enumerable.Range(0, 30).Select(i => new Dish { Id = $"dish{i:00}", Minutes = i, Tags = i is 20 or 25 ? ["Sour cream", "cold"] : ["warm"], Taste = new[] { 1, i, 0f, 0, 0, 0, 0, 0 } }));
        var hybrid = (IKeywordHybridSearchable<Dish>)collection;
        var query = new[] { 1f, 0, 0, 0, 0, 0, 0, 0 };

        var found = await hybrid.HybridSearchAsync(query, ["SOUR", "unheard"], 5).ToListAsync();
        // Rank fusion by hand: place 1 of the words and 21 of the vectors, 2 and 26, then the nearest.
        Assert.Equal(["dish20", "dish25", "dish00", "dish01", "dish02"], found.Select(hit => hit.Record.Id));
        Assert.Equal((1d / 61) + (1d / 81), found[0].Score!.Value, 12);
        Assert.Equal(1d / 61, found[2].Score!.Value, 12);

        var filtered = await hybrid.HybridSearchAsync(query, ["sour"], 2, new HybridSearchOptions<Dish> { Filter = dish => dish.Minutes > 20, Skip = 1 }).ToListAsync();
        Assert.Equal(["dish21", "dish22"], filtered.Select(hit => hit.Record.Id));
        await collection.DeleteAsync("dish20");
        Assert.Equal("dish25", (await hybrid.HybridSearchAsync(query, ["sour"], 1).ToListAsync()).Single().Record.Id);
        var strict = await hybrid.HybridSearchAsync(query, ["sour"], 5, new HybridSearchOptions<Dish> { ScoreThreshold = 0.02 }).ToListAsync();
        Assert.Equal(["dish25"], strict.Select(hit => hit.Record.Id));
    }

    [Fact]
    public async Task Dynamic_records_are_searched_and_filtered_as_typed_ones()
    {
        using var store = OpenStore();
        var definition = new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("id", typeof(int)),
                new VectorStoreDataProperty("name", typeof(string)),
                new VectorStoreDataProperty("size", typeof(int)),
                new VectorStoreDataProperty("tags", typeof(string[])),
                new VectorStoreVectorProperty("vector", typeof(float[]), 2) { DistanceFunction = DistanceFunction.EuclideanDistance },
            ],
        };
        var collection = store.GetDynamicCollection("things", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(
        [
            new() { ["id"] = 1, ["name"] = "ball", ["size"] = 3, ["tags"] = new[] { "round", "red" }, ["vector"] = new float[] { 0, 1 } },
            new() { ["id"] = 2, ["name"] = "box", ["size"] = 30, ["vector"] = new float[] { 0, 2 } },
            new() { ["id"] = 3, ["tags"] = new[] { "red" } },
        ]);

        Assert.Equal([1, 2], (await collection.SearchAsync(new float[] { 0, 0 }, 9).ToListAsync()).Select(hit => (int)hit.Record["id"]!));
        Assert.Equal([2], await IdsAsync(record => (int)record["size"]! > 3));
        Assert.Equal([1], await IdsAsync(record => (string)record["name"]! == "ball"));
        Assert.Equal([1], await IdsAsync(record => record["name"]!.Equals("ball")));
        Assert.Equal([3], await IdsAsync(record => record["name"] == null));
        Assert.Equal([1, 3], await IdsAsync(record => ((string[])record["tags"]!).Contains("red")));
        var sizes = new[] { 3, 4 };
        Assert.Equal([1], await IdsAsync(record => sizes.Contains((int)record["size"]!)));
        Assert.Equal([2, 3], await IdsAsync(record => !sizes.Contains((int)record["size"]!)));
        Assert.Equal([1, 2], await IdsAsync(record => (int)record["id"]! < 3));

        var back = (await collection.GetAsync(2, new RecordRetrievalOptions { IncludeVectors = true }))!;
        Assert.Equal(new float[] { 0, 2 }, (float[])back["vector"]!);
        Assert.Null(back["tags"]);
        await Assert.ThrowsAsync<ArgumentException>(() => collection.GetAsync("2"));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync(new Dictionary<string, object?> { ["id"] = 2L }));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync(new Dictionary<string, object?> { ["id"] = 4, ["size"] = "large" }));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync(new Dictionary<string, object?> { ["id"] = 4, ["colour"] = "red" }));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync(new Dictionary<string, object?> { ["name"] = "no key" }));
        Assert.Throws<ArgumentException>(() => store.GetCollection<object, Dictionary<string, object?>>("things", definition));

        async Task<IEnumerable<int>> IdsAsync(Expression<Func<Dictionary<string, object?>, bool>> filter) =>
            (await collection.GetAsync(filter, 9).ToListAsync()).Select(record => (int)record["id"]!).Order();
    }

    [Fact]
    public async Task Two_vectors_have_an_index_each_and_must_be_chosen()
    {
        using var store = OpenStore();
        var collection = store.GetCollection<Guid, Pair>("pairs");
        await collection.EnsureCollectionExistsAsync();
        Pair[] pairs = [new() { Left = new float[] { 1, 0 }, Right = new Embedding<float>(new float[] { 0, 1, 0 }) }, new() { Left = new float[] { 0, 1 }, Right = new Embedding<float>(new float[] { 1, 0, 0 }) }];
        await collection.UpsertAsync(pairs);
        Assert.All(pairs, pair => Assert.NotEqual(Guid.Empty, pair.Id));

        var left = await collection.SearchAsync(new float[] { 1, 0 }, 1, new VectorSearchOptions<Pair> { VectorProperty = pair => pair.Left }).SingleAsync();
        var right = await collection.SearchAsync(new float[] { 1, 0, 0 }, 1, new VectorSearchOptions<Pair> { VectorProperty = pair => pair.Right }).SingleAsync();
        Assert.Equal((pairs[0].Id, pairs[1].Id), (left.Record.Id, right.Record.Id));
        Assert.Equal(0, right.Score);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await collection.SearchAsync(new float[] { 1, 0 }, 1).ToListAsync());
    }

    [Fact]
    public async Task Values_become_vectors_by_the_generator_where_the_model_says_so()
    {
        using var store = OpenStore();
        var definition = new VectorStoreCollectionDefinition { EmbeddingGenerator = new LetterCounts() };
        var collection = store.GetCollection<string, Note>("notes", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new Note { Id = "a", Text = "aaa" }, new Note { Id = "b", Text = "bbb" }, new Note { Id = "ab", Text = "aabb" }]);
        Assert.Equal(["b", "ab", "a"], (await collection.SearchAsync("b", 3).ToListAsync()).Select(hit => hit.Record.Id));
        Assert.Equal("a", (await collection.SearchAsync(new float[] { 1, 0 }, 1).SingleAsync()).Record.Id);
        await Assert.ThrowsAsync<NotSupportedException>(() => collection.GetAsync("a", new RecordRetrievalOptions { IncludeVectors = true }));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await collection.SearchAsync(42, 1).ToListAsync());

        definition.Properties = [new VectorStoreKeyProperty("id", typeof(string)), new VectorStoreVectorProperty<string>("text", 2)];
        var loose = store.GetDynamicCollection("loose notes", definition);
        await loose.EnsureCollectionExistsAsync();
        await loose.UpsertAsync([new() { ["id"] = "a", ["text"] = "aaa" }, new() { ["id"] = "b", ["text"] = "b" }]);
        Assert.Equal("b", (await loose.SearchAsync("bb", 1).SingleAsync()).Record["id"]);
    }

    [Fact]
    public async Task Two_writers_and_readers_side_by_side_see_whole_batches()
    {
        const int BatchSize = 20;
        using var store = OpenStore();
        var collection = store.GetCollection<string, Dish>("menu");
        await collection.EnsureCollectionExistsAsync();
        using var stop = new CancellationTokenSource();
        var query = Dish.Vector(new Random(15));
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // A batch has one number of minutes for each writer's dishes, so a torn one shows as two numbers.
                var dishes = reader == 0
                    ? await collection.GetAsync(dish => dish.Kitchen == "w0", 1000).ToListAsync()
                    : [.. (await collection.SearchAsync(query, 1000, new VectorSearchOptions<Dish> { Filter = dish => dish.Kitchen == "w1", IncludeVectors = true }).ToListAsync()).Select(hit => hit.Record)];
                Assert.True(dishes.Count is 0 or BatchSize, $"{dishes.Count} dishes");
                Assert.True(dishes.Select(dish => dish.Minutes).Distinct().Count() <= 1);
                Assert.All(dishes.Where(dish => dish.Taste is not null), dish => Assert.Equal(dish.Minutes, dish.Taste!.Value.Span[0]));
            }
        })).ToList();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(writer => Task.Run(async () =>
        {
            for (var round = 1; round <= 25; round++)
                await collection.UpsertAsync(Enumerable.Range(0, BatchSize).Select(i => new Dish { Id = $"w{writer}-{i}", Kitchen = $"w{writer}", Minutes = round, Taste = new float[] { round, i, 1, 1, 1, 1, 1, 1 } }));
        })));
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(2 * BatchSize, await collection.GetAsync(dish => dish.Minutes == 25, 1000).CountAsync());
        Assert.Equal(2 * BatchSize, await collection.SearchAsync(query, 1000).CountAsync());
    }

    [Fact]
    public void Services_are_found_by_type()
    {
        using var store = OpenStore();
        var collection = store.GetCollection<string, Dish>("menu");
        Assert.Same(store, store.GetService(typeof(VectorStore)));
        Assert.Same(collection, collection.GetService(typeof(IKeywordHybridSearchable<Dish>)));
        var metadata = Assert.IsType<VectorStoreCollectionMetadata>(collection.GetService(typeof(VectorStoreCollectionMetadata)));
        Assert.Equal(("semblance", "menu"), (metadata.VectorStoreSystemName, metadata.CollectionName));
        Assert.IsType<VectorStoreMetadata>(store.GetService(typeof(VectorStoreMetadata)));
        Assert.Null(collection.GetService(typeof(string)));
        Assert.Null(collection.GetService(typeof(VectorStoreCollectionMetadata), "key"));
    }

    protected static async Task<(VectorStoreCollection<string, Dish> Collection, List<Dish> Dishes)> FilledAsync(VectorStore store, VectorStoreCollectionDefinition? definition = null)
    {
        var dishes = Dish.Random(Dishes, 1);
        var collection = store.GetCollection<string, Dish>("menu", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(dishes.Take(200));
        await collection.UpsertAsync(dishes.Skip(200));
        return (collection, dishes);
    }

    /// <summary>The vector property's choices; the definition is merged with the attributes.</summary>
    protected static VectorStoreCollectionDefinition Definition(string? function, string? kind) => new()
    {
        Properties = [new VectorStoreVectorProperty(nameof(Dish.Taste), typeof(ReadOnlyMemory<float>?), Dish.Dimension) { DistanceFunction = function, IndexKind = kind }],
    };

    /// <summary>Dishes with a taste by double-precision brute force, nearest first.</summary>
    protected static List<(Dish Dish, double Score)> Truth(IEnumerable<Dish> dishes, float[] query, string function)
    {
        var scored = dishes.Where(dish => dish.Taste is not null).Select(dish => (Dish: dish, Score: ScoreOf(dish.Taste!.Value.ToArray(), query, function)));
        return function is DistanceFunction.CosineSimilarity or DistanceFunction.DotProductSimilarity
            ? [.. scored.OrderByDescending(hit => hit.Score)]
            : [.. scored.OrderBy(hit => hit.Score)];
    }

    protected static void AssertSame(IEnumerable<(Dish Dish, double Score)> truth, IReadOnlyList<VectorSearchResult<Dish>> found)
    {
        var expected = truth.ToList();
        Assert.Equal(expected.Select(hit => hit.Dish.Id), found.Select(hit => hit.Record.Id));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score!.Value, tolerance: 1e-5));
    }

    private static double ScoreOf(float[] a, float[] b, string function)
    {
        double dot = 0, aa = 0, bb = 0, squared = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
            squared += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }
        return function switch
        {
            DistanceFunction.CosineSimilarity => dot / Math.Sqrt(aa * bb),
            DistanceFunction.CosineDistance => 1 - (dot / Math.Sqrt(aa * bb)),
            DistanceFunction.DotProductSimilarity => dot,
            DistanceFunction.NegativeDotProductSimilarity => -dot,
            DistanceFunction.EuclideanDistance => Math.Sqrt(squared),
            DistanceFunction.EuclideanSquaredDistance => squared,
            _ => throw new ArgumentOutOfRangeException(nameof(function)),
        };
    }

    private static Expression<Func<Dish, bool>> RandomFilter(Random random, int depth)
    {
        var dish = Expression.Parameter(typeof(Dish), "dish");
        return Expression.Lambda<Func<Dish, bool>>(Node(depth), dish);

        Expression Node(int left) => (left == 0 ? 0 : random.Next(4)) switch
        {
            1 => Expression.AndAlso(Node(left - 1), Node(left - 1)),
            2 => Expression.OrElse(Node(left - 1), Node(left - 1)),
            3 => Expression.Not(Node(left - 1)),
            _ => Leaf(),
        };

        Expression Leaf() => random.Next(5) switch
        {
            0 => Expression.MakeBinary((ExpressionType)(random.Next(2) == 0 ? ExpressionType.LessThan : ExpressionType.GreaterThanOrEqual), Of(nameof(Dish.Minutes)), Expression.Constant(random.Next(90))),
            1 => Expression.Equal(Of(nameof(Dish.Kitchen)), Expression.Constant(random.Next(2) == 0 ? "thai" : null, typeof(string))),
            2 => Expression.LessThan(Of(nameof(Dish.Price)), Expression.Constant(random.NextDouble() * 30, typeof(double?))),
            3 => Of(nameof(Dish.Vegan)),
            _ => Expression.NotEqual(Of(nameof(Dish.Added)), Expression.Constant(new DateTime(2024, 5, 5, 0, 0, 0, DateTimeKind.Utc))),
        };

        Expression Of(string property) => Expression.Property(dish, property);
    }

    public sealed class Pair
    {
        [VectorStoreKey]
        public Guid Id { get; set; }

        [VectorStoreVector(2)]
        public float[]? Left { get; set; }

        [VectorStoreVector(3, DistanceFunction = DistanceFunction.CosineDistance, IndexKind = IndexKind.Hnsw)]
        public Embedding<float>? Right { get; set; }
    }

    public sealed class Note
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreVector(2)]
        public string? Text { get; set; }
    }

    /// <summary>How often a text has the letters a and b.</summary>
    private sealed class LetterCounts : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(value => new Embedding<float>(new float[] { value.Count(c => c == 'a'), value.Count(c => c == 'b') }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
