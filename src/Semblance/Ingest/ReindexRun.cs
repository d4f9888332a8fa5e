using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Measuring;
using Semblance.Storage;

namespace Semblance.Ingest;

/// <summary>Embeds every present picture that a space has no vector for, batch by batch; run again it goes on where it stopped.</summary>
internal sealed class ReindexRun(IGalleryStore store, Space space, IEmbedder embedder, IngestOptions options, int threads, ILogger log)
{
    public Task<IngestReport> RunAsync(CancellationToken cancellationToken) => Task.Run(() => Run(cancellationToken), cancellationToken);

    private IngestReport Run(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var waiting = store.ItemsWithoutVector(space.Id).ToList();
        var unchanged = store.CountItems() - waiting.Count;
        var failures = new System.Collections.Concurrent.ConcurrentBag<GalleryFailure>();
        var done = 0L;
        var added = 0L;
        var embedding = new IngestEmbedding([new IngestSpace(space, _ => embedder)], waiting.Count);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.ForEach(waiting.Chunk(options.Batch), parallel, batch =>
        {
            var items = new List<GalleryItem>(batch.Length);
            var pictures = new List<Picture>(batch.Length);
            foreach (var item in batch)
            {
                var decoded = PictureDecoder.Shared.DecodeFile(item.Path, new DecodeOptions { MinimumSide = embedding.Needs.MinimumSide, MaxMegapixels = options.MaxMegapixels });
                if (decoded.Picture is { } picture)
                {
                    items.Add(item);
                    pictures.Add(picture);
                }
                else
                {
                    var failure = new GalleryFailure(item.Path, decoded.Failure!.Reason.ToString().ToLowerInvariant(), decoded.Failure.Message, DateTime.UtcNow);
                    failures.Add(failure);
                    log.PictureFailed(failure.Path, failure.Reason, failure.Message);
                }
            }
            if (pictures.Count > 0)
            {
                var vectors = embedding.Embed(pictures);
                store.AddVectors(space.Id, [.. items.Select((item, i) => new ItemVectors(item.Id, vectors[i][space.Id]))]);
            }
            Interlocked.Add(ref added, pictures.Count);
            var sofar = Interlocked.Add(ref done, batch.Length);
            options.Progress?.Report(new IngestProgress("embed", sofar, waiting.Count, failures.Count, added / clock.Elapsed.TotalSeconds));
        });
        var seconds = clock.Elapsed.TotalSeconds;
        return new(added, 0, 0, 0, unchanged, failures.Count, seconds, added / Math.Max(seconds, 1e-3), [.. failures.OrderBy(f => f.Path, StringComparer.Ordinal)]);
    }
}
