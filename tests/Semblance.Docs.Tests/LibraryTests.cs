using Semblance.Testing;
using Xunit;

namespace Semblance.Docs.Tests;

/// <summary>
/// Runs the snippets as a reader would, in a folder with the pictures that they name, and looks at what they print and leave. They share
/// the process's folder, home and console, so they run one after the other.
/// </summary>
public sealed class LibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TextWriter _console = Console.Out;
    private readonly Dictionary<string, string?> _environment = new() { ["HOME"] = null, ["SEMBLANCE_HOME"] = null };

    public LibraryTests()
    {
        foreach (var name in _environment.Keys.ToList())
            _environment[name] = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable("HOME", _folder.Path);
        Environment.SetEnvironmentVariable("SEMBLANCE_HOME", _folder["home"]);
        Directory.SetCurrentDirectory(_folder.Path);
        Write("beach.jpg", 0, 1);
        Write("boat.jpg", 1, 1001);
        Write("crowd.jpg", 2, 2001);
        var classes = new[] { "beach", "boat", "crowd" };
        for (var c = 0; c < classes.Length; c++)
        {
            for (var i = 0; i < 6; i++)
            {
                Write($"Pictures/2024/{classes[c]}/p{i}.jpg", c, (c * 1000) + i);
                Write($"toys/{classes[c]}/p{i}.jpg", c, (c * 1000) + i);
            }
        }
    }

    public void Dispose()
    {
        Console.SetOut(_console);
        Directory.SetCurrentDirectory(_before);
        foreach (var (name, value) in _environment)
            Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    [Fact]
    public async Task The_readmes_snippet_finds_the_picture()
    {
        Directory.CreateDirectory("holiday");
        var lines = await LinesAsync(Snippets.ReadmeAsync);
        // The beach of the query is among the pictures, and so are those like it.
        Assert.Equal($"1.00 {_folder["Pictures", "2024", "beach", "p1.jpg"]}", lines[0]);
        Assert.Equal(10, lines.Length);
    }

    [Fact]
    public async Task Galleries_are_searched_by_queries_and_as_collections()
    {
        var lines = await LinesAsync(Snippets.GalleryAsync);
        Assert.Equal(["18 added, 0 failed", "1.00 NearDuplicate p1.jpg"], lines[..2]);
        Assert.Equal(4, lines.Length);

        await Snippets.QueriesAsync();

        var hits = await LinesAsync(Snippets.GalleryAsCollectionAsync);
        Assert.Equal($"1.00 {_folder["Pictures", "2024", "beach", "p1.jpg"]}", hits[0]);
        using var gallery = Gallery.Open("holiday.gallery");
        Assert.Equal(["favourite"], gallery.Tags(1));
    }

    [Fact]
    public async Task Vectors_are_indexed_and_the_file_holds_what_was_left()
    {
        await Snippets.OwnVectorsAsync();
        using var index = Semblance.Index.VectorIndexes.Open("vectors.index");
        Assert.Equal((202L, false, true), (index.Count, index.Contains(7), index.Contains(100_000)));
    }

    [Fact]
    public async Task Rankings_and_vectors_are_scored()
    {
        // By hand: the first query's relevant items are at ranks 1 and 3, the second's at 1 and 2.
        Assert.Equal(["CMC@1 1.00", "MAP   0.92", "MAP@R 0.75"], await LinesAsync(Snippets.MetricsAsync));
        Assert.StartsWith("1.00 (1.00 to 1.00), worst: class ", Assert.Single(await LinesAsync(Snippets.EvaluationAsync)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_is_trained_into_a_gallery()
    {
        var losses = Assert.Single(await LinesAsync(Snippets.TrainingAsync)).Replace("loss ", "", StringComparison.Ordinal).Split(" -> ").Select(double.Parse).ToList();
        Assert.True(losses[1] < losses[0] / 2, $"The loss went from {losses[0]} to {losses[1]}.");
        using var gallery = Gallery.Open("toys.gallery");
        Assert.Equal(("toys", 18L), (gallery.Space!.Model, gallery.CountItems()));
        // Each picture's nearest other is of its class: chance would be a third.
        var nearest = await Task.WhenAll(gallery.Items().Select(async item => (await gallery.SimilarAsync(item.Id, 1)).Single().Item.Label == item.Label));
        Assert.True(nearest.Count(right => right) >= 16);
    }

    [Fact]
    public async Task A_vector_store_answers_and_outlives_its_object()
    {
        Assert.Equal(["0.994 salsa", "flan"], await LinesAsync(Snippets.VectorStoreAsync));
        using var store = Semblance.VectorData.SemblanceVectorStore.Open("kitchen");
        Assert.Equal(60, (await store.GetCollection<string, Recipe>("recipes").GetAsync("flan"))!.Minutes);
    }

    [Fact]
    public async Task An_embedding_generator_feeds_a_vector_store() =>
        Assert.Equal([Path.Combine("toys", "boat", "p1.jpg")], await LinesAsync(Snippets.EmbeddingGeneratorAsync));

    private static async Task<string[]> LinesAsync(Func<Task> snippet)
    {
        var written = new StringWriter();
        Console.SetOut(written);
        await snippet();
        return written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static void Write(string path, int scene, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllBytes(path, PictureBytes.Jpeg(TestPictures.Scene(48, 40, scene, seed)));
    }
}
