using System.Security.Cryptography;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// Turns the inputs of a query into raw vectors. A picture that the gallery has embedded already, known by its bytes,
/// costs no network.
/// </summary>
internal sealed class QueryResolver(IGalleryStore store, Space space, Func<IEmbedder> embedder)
{
    /// <summary>A URL may send this much; a picture is smaller.</summary>
    private const long MostDownloadBytes = 256L << 20;
    private static readonly TimeSpan s_downloadTimeout = TimeSpan.FromSeconds(60);

    public async Task<ResolvedQuery> ResolveAsync(Query query, CancellationToken cancellationToken)
    {
        if (query.Inputs.Count == 0)
            throw new GalleryException("The query is empty; name at least one picture, URL or id:N.");
        var vectors = new List<(float Weight, float[] Vector)>();
        var examples = new HashSet<long>();
        QueryPicture? only = null;
        foreach (var input in query.Inputs)
        {
            if (!float.IsFinite(input.Weight) || input.Weight == 0)
                throw new GalleryException($"The weight {input.Weight} is no use; give a number other than 0.");
            var vector = input switch
            {
                ItemInput item => Example(item.Id, examples, out only),
                PictureInput picture => Embed(await BytesOfAsync(picture.Location, cancellationToken), picture.Box, picture.Location, out only),
                BytesInput bytes => Embed(bytes.Bytes, bytes.Box, "the picture", out only),
                VectorInput raw when raw.Vector.Length == space.Dimension => raw.Vector.ToArray(),
                VectorInput raw => throw new GalleryException($"The query vector has {raw.Vector.Length} elements and the space '{space.Name}' has {space.Dimension}."),
                TextInput => throw new GalleryException($"The gallery's model '{space.Model}' knows pictures only, so it cannot search by words; filter by name, tag or folder with --where instead."),
                _ => throw new GalleryException($"A query cannot hold {input.GetType().Name}."),
            };
            vectors.Add((input.Weight, vector));
        }
        // Only a query for one picture asks for that picture's copies.
        return new ResolvedQuery(vectors, examples, query.Inputs is [{ Weight: > 0 }] ? only : null);
    }

    private float[] Example(long id, HashSet<long> examples, out QueryPicture? only)
    {
        examples.Add(id);
        only = store.Item(id) is { } item ? QueryPicture.Of(item) : null;
        return store.Vector(space.Id, id) ?? throw new GalleryException($"There is no picture with id {id} in the gallery; `semblance export --format jsonl` lists the ids.");
    }

    private static async Task<ReadOnlyMemory<byte>> BytesOfAsync(string location, CancellationToken cancellationToken)
    {
        if (location.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return await DownloadAsync(location, cancellationToken);
        if (!File.Exists(location) && !Directory.Exists(location))
            throw new GalleryException($"There is no file '{location}' to search by.");
        var (bytes, failure) = PictureFiles.Read(location);
        return bytes ?? throw new GalleryException($"'{location}': {failure!.Message}");
    }

    private static async Task<ReadOnlyMemory<byte>> DownloadAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new HttpClient { Timeout = s_downloadTimeout, MaxResponseContentBufferSize = MostDownloadBytes };
            return await client.GetByteArrayAsync(new Uri(url), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new GalleryException($"'{url}' cannot be fetched: {e.Message}", e);
        }
    }

    private float[] Embed(ReadOnlyMemory<byte> bytes, PictureBox? box, string name, out QueryPicture? only)
    {
        if (box is null && store.ItemByHash(Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), space.Id) is { } known && store.Vector(space.Id, known.Id) is { } stored)
        {
            only = QueryPicture.Of(known);
            return stored;
        }
        var network = embedder();
        var decoded = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = network.MinimumSide, Box = box });
        if (decoded.Picture is not { } picture)
            throw new GalleryException($"'{name}': {decoded.Failure!.Message}");
        only = new QueryPicture(PictureHashes.Of(picture), new(() => PixelGrid.Of(picture)));
        return network.Embed([picture]).Row(0).ToArray();
    }
}

/// <summary>Raw vectors of a query's inputs, the gallery's own pictures among them, which are no answers, and the picture where the query is only one.</summary>
internal sealed record ResolvedQuery(IReadOnlyList<(float Weight, float[] Vector)> Vectors, IReadOnlySet<long> Examples, QueryPicture? Only)
{
    private const float Cancelled = 1e-3f;

    /// <summary>
    /// The weighted sum of the projected unit vectors, so that weights mean the same for every input (Rocchio's rule
    /// without the original query).
    /// </summary>
    public float[] Combine(Projection projection)
    {
        var raw = new Matrix(Vectors.Count, Vectors[0].Vector.Length);
        for (var i = 0; i < Vectors.Count; i++)
            Vectors[i].Vector.CopyTo(raw.Row(i));
        var projected = projection.Apply(raw);
        var sum = new float[projected.Columns];
        for (var i = 0; i < Vectors.Count; i++)
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(projected.Row(i), Vectors[i].Weight, sum, sum);
        // What is left when inputs cancel is rounding noise, and every picture would match it alike.
        if (System.Numerics.Tensors.TensorPrimitives.Norm(sum) < Cancelled * Vectors.Max(v => Math.Abs(v.Weight)))
            throw new GalleryException("The positive and negative inputs of the query cancel each other out; change a weight, or take another example.");
        VectorMath.NormalizeL2(sum);
        return sum;
    }
}
