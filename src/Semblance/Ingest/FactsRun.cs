using Semblance.Imaging;
using Semblance.Sidecars;
using Semblance.Storage;

namespace Semblance.Ingest;

/// <summary>
/// Reads what pictures' files and the files beside them say of how they were taken, without a look at their pixels.
/// </summary>
internal sealed class FactsRun(IGalleryStore store, IReadOnlyDictionary<string, IReadOnlyList<Sidecar>> sidecars, IngestOptions options, int threads)
{
    private const int CommitPictures = 256;

    /// <summary>Pixels on the shorter side where only the facts are wanted.</summary>
    private const int SmallSide = 64;

    /// <summary>Reads the facts of known pictures again and commits them group by group; a stopped run goes on where it was.</summary>
    /// <returns>How many were read; what cannot be opened is left for the next run.</returns>
    public long Run(IReadOnlyList<ItemStamp> pictures, CancellationToken cancellationToken)
    {
        var read = 0L;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.ForEach(pictures.Chunk(CommitPictures), parallel, group =>
        {
            var facts = new List<ItemFacts>(group.Length);
            foreach (var picture in group)
            {
                if (PictureFiles.Read(picture.Path).Bytes is { } bytes && Of(picture.Id, bytes, picture.Path) is { } read)
                    facts.Add(read);
            }
            store.SaveFacts(facts);
            var sofar = Interlocked.Add(ref read, facts.Count);
            options.Progress?.Report(new IngestProgress("facts", sofar, pictures.Count, 0, 0));
        });
        return read;
    }

    /// <summary>Facts of a picture by its bytes; null where they cannot be read, so that what is known of it stays.</summary>
    public ItemFacts? Of(long itemId, byte[] bytes, string path) =>
        Own(bytes) is { } own ? new ItemFacts(itemId, Of(own, path), SidecarsOf(path)) : null;

    public PhotoFacts Of(PictureFacts own, string path) => SidecarFacts.Complete(own.Photo ?? PhotoFacts.None, SidecarsOf(path));

    /// <summary>By the header where it can be read apart from the pixels; some formats give both or neither.</summary>
    private PictureFacts? Own(byte[] bytes) =>
        PictureDecoder.Shared.ReadFacts(bytes)
        ?? PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = SmallSide, MaxMegapixels = options.MaxMegapixels }).Picture?.Facts;

    public IReadOnlyList<Sidecar> SidecarsOf(string path) => sidecars.GetValueOrDefault(path, []);
}
