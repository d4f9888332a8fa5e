using System.Security.Cryptography;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Storage;

namespace Semblance.Benchmarks.Pictures;

/// <summary>The stages of indexing, each alone over the same pictures.</summary>
internal sealed class IngestStages(IReadOnlyList<string> pictures, IEmbedder embedder, int threads)
{
    /// <summary>Pictures of one call of the embedder, as the ingest makes them.</summary>
    private static readonly int s_batch = new IngestOptions().Batch;

    private readonly DecodeOptions _options = new() { MinimumSide = embedder.Description.Needs.MinimumSide };

    public Picture[] DecodeAll()
    {
        var decoded = new Picture[pictures.Count];
        StageLoop.Run(pictures.Count, threads, i => decoded[i] = Decode(pictures[i]));
        return decoded;
    }

    /// <summary>The bare network loop: decoded pictures to vectors, every thread with its own batches.</summary>
    public StageTime Network(Picture[] decoded)
    {
        var batches = (decoded.Length + s_batch - 1) / s_batch;
        var time = StageLoop.Run(batches, threads, b => embedder.Embed(decoded.AsSpan(b * s_batch, Math.Min(s_batch, decoded.Length - (b * s_batch))).ToArray()));
        return time with { Count = decoded.Length };
    }

    /// <summary>Reading and decoding, as shrunk as the embedder allows.</summary>
    public StageTime DecodeFiles() => StageLoop.Run(pictures.Count, threads, i => Decode(pictures[i]));

    /// <summary>Everything around the network and the decoder, stage by stage.</summary>
    public IEnumerable<(string Stage, StageTime Time)> Alone(Picture[] decoded, Gallery filled, string scratch)
    {
        yield return ("read", StageLoop.Run(pictures.Count, threads, i => PictureFiles.Read(pictures[i])));
        yield return ("read and sha-256", StageLoop.Run(pictures.Count, threads, i => SHA256.HashData(PictureFiles.Read(pictures[i]).Bytes!)));
        yield return ("read and decode", DecodeFiles());
        yield return ("perceptual hashes", StageLoop.Run(pictures.Count, threads, i => PerceptualHash.Both(decoded[i]).GetHashCode()));
        yield return ("fit to the network", StageLoop.Run(pictures.Count, threads, i => decoded[i].Resize(embedder.Description.Needs.MinimumSide, embedder.Description.Needs.MinimumSide)));
        yield return ("network (with fit)", Network(decoded));
        yield return ("commit", Commit(filled, scratch));
    }

    private Picture Decode(string path) => PictureDecoder.Shared.DecodeFile(path, _options).Picture ?? throw new InvalidOperationException($"'{path}' cannot be decoded.");

    private static StageTime Commit(Gallery filled, string scratch)
    {
        using var fresh = Gallery.Open(scratch);
        var space = fresh.Store.AddSpace(filled.Space! with { Id = 0, ProjectionVersion = 0, FittedCount = 0 });
        var pictures = filled.Items().Select(item => new IngestedPicture(null, item, new Dictionary<long, IReadOnlyList<byte[]>> { [space.Id] = filled.Store.Vectors(filled.Space!.Id, item.Id) })).ToArray();
        var batches = pictures.Chunk(64).ToArray();
        var time = StageLoop.Run(batches.Length, 1, b => fresh.Store.Commit(new IngestBatch { Pictures = batches[b], Recovered = [.. batches[b].Select(picture => picture.Item.Path)] }));
        return time with { Count = pictures.Length };
    }
}
