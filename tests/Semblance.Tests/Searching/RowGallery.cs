using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Spaces;
using Semblance.Storage;
using Semblance.Testing;

namespace Semblance.Tests.Searching;

/// <summary>A gallery whose rows are made up: pictures that are no files, with clustered vectors. Thousands a second.</summary>
internal sealed class RowGallery : IDisposable
{
    public const int Dimension = 24;
    private const int Clusters = 100;
    private const int Batch = 2000;

    private readonly TemporaryFolder? _own;
    private readonly Matrix _centres = new(Clusters, Dimension);

    public RowGallery(string? folder = null)
    {
        _own = folder is null ? new TemporaryFolder() : null;
        Folder = folder ?? _own!.Path;
        var random = new SeededRandom(5);
        foreach (ref var x in _centres.Span)
            x = (float)random.NextGaussian();
    }

    public string Folder { get; }

    public string[] IndexFiles => [.. Directory.GetFiles(Folder, "*.index", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public Gallery Open(bool upkeep = false, Microsoft.Extensions.Logging.ILogger? log = null) => Gallery.Open(Folder, new GalleryOptions { Model = "tiny", Threads = 2, Upkeep = upkeep, Log = log });

    /// <summary>Adds pictures; their vectors are a function of <paramref name="first"/> and the order.</summary>
    public void Add(Gallery gallery, int first, int count)
    {
        var space = gallery.Space ?? gallery.Store.AddSpace(new Space(
            0, "tiny", "tiny", new string('0', 64), SpaceKind.Float, Modality.Picture, Dimension, Metric.Cosine, PostProcessing.None, 0, 0, Active: true));
        for (var done = 0; done < count; done += Batch)
        {
            gallery.Store.Commit(new IngestBatch
            {
                Pictures = [.. Enumerable.Range(first + done, Math.Min(Batch, count - done)).Select(number => new IngestedPicture(null, Item(number), Parts(space, number)))],
            });
        }
    }

    public static void Remove(Gallery gallery, IReadOnlyList<long> ids) =>
        gallery.Store.Commit(new IngestBatch { Vanished = ids });

    public float[] Vector(int number)
    {
        var random = new SeededRandom(1000 + number);
        var vector = _centres.Row(random.NextInt(Clusters)).ToArray();
        for (var i = 0; i < Dimension; i++)
            vector[i] += 0.4f * (float)random.NextGaussian();
        return vector;
    }

    private Dictionary<long, IReadOnlyList<byte[]>> Parts(Space space, int number) => new() { [space.Id] = [VectorForm.Encode(SpaceKind.Float, Vector(number))] };

    /// <summary>An exact index over what the store holds now, made without the gallery's own.</summary>
    public static ExactVectorIndex Truth(Gallery gallery)
    {
        var truth = new ExactVectorIndex(Dimension, Metric.Cosine);
        gallery.Store.ReadVectors(gallery.Space!.Id, (item, _, bytes) => truth.Add(item, VectorForm.Decode(SpaceKind.Float, bytes, Dimension)));
        return truth;
    }

    /// <summary>The share of the true ten that the gallery finds for made-up queries; its distances must be the true ones.</summary>
    public async Task<double> RecallAsync(Gallery gallery, int queries = 50, float? targetRecall = null)
    {
        using var truth = Truth(gallery);
        var found = 0;
        for (var q = 0; q < queries; q++)
        {
            var query = Vector(-1 - q);
            var hits = await gallery.SearchAsync(new Query { Inputs = [new VectorInput(query)], TargetRecall = targetRecall }, 10);
            var near = truth.Search(query, 10).ToDictionary(hit => hit.Id, hit => hit.Distance);
            foreach (var hit in hits.Where(hit => near.ContainsKey(hit.Id)))
            {
                found++;
                Xunit.Assert.Equal(near[hit.Id], hit.Distance, 1e-5f);
            }
        }
        return found / (10.0 * queries);
    }

    public void Dispose() => _own?.Dispose();

    private static GalleryItem Item(int number) => new(
        0, $"/pictures/{number % 7}/{number}.jpg", 1, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture), "jpeg", 1, 1, 1, Semblance.Imaging.PhotoFacts.None, 0, 0, Missing: false);
}
