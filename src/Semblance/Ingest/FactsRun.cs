using Semblance.Imaging;
using Semblance.Sidecars;

namespace Semblance.Ingest;

/// <summary>
/// Reads what pictures' files and the files beside them say of how they were taken, without a look at their pixels.
/// </summary>
internal sealed class FactsRun(IGalleryStore store, IReadOnlyDictionary<string, IReadOnlyList<Sidecar>> sidecars, IngestOptions options, int threads)
{
    private const int CommitPictures = 256;

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
                if (PictureFiles.Read(picture.Path).Bytes is { } bytes)
                    facts.Add(new ItemFacts(picture.Id, Of(bytes, picture.Path), SidecarsOf(picture.Path)));
            }
            store.SaveFacts(facts);
            var sofar = Interlocked.Add(ref read, facts.Count);
            options.Progress?.Report(new IngestProgress("facts", sofar, pictures.Count, 0, 0));
        });
        return read;
    }

    public PhotoFacts Of(byte[] bytes, string path) => Of(PictureDecoder.Shared.ReadFacts(bytes), path);

    public PhotoFacts Of(PictureFacts? own, string path) => SidecarFacts.Complete(own?.Photo ?? PhotoFacts.None, SidecarsOf(path));

    public IReadOnlyList<Sidecar> SidecarsOf(string path) => sidecars.GetValueOrDefault(path, []);
}
