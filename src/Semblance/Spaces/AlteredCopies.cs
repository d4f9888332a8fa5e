using System.Security.Cryptography;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>Embeds altered copies of some pictures of the collection, which show what alterations do to vectors.</summary>
internal static class AlteredCopies
{
    /// <summary>Of so many pictures at a time, so that the copies fill the passes of the network.</summary>
    private const int PicturesTogether = 4;

    /// <summary>In the order of <paramref name="ids"/>, whatever the threads; without pictures that cannot be read or have changed.</summary>
    /// <param name="alter">From a picture and its place among <paramref name="ids"/> to its copies, always as many.</param>
    /// <returns>For each picture its raw vectors, <c>[copies, raw d]</c>.</returns>
    public static IEnumerable<(long Id, Matrix Copies)> Embed(IGalleryStore store, IEmbedder embedder, long[] ids, Func<Picture, int, Picture[]> alter, int threads, CancellationToken cancellationToken)
    {
        var groups = ids.Chunk(PicturesTogether).ToArray();
        var found = new (List<long> Ids, Matrix? Copies)[groups.Length];
        Parallel.For(0, groups.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, group =>
        {
            var (known, copies) = (new List<long>(), new List<Picture>());
            for (var i = 0; i < groups[group].Length; i++)
            {
                if (store.Item(groups[group][i]) is not { } item || Decode(item, embedder) is not { } picture)
                    continue;
                known.Add(item.Id);
                copies.AddRange(alter(picture, (group * PicturesTogether) + i));
            }
            found[group] = (known, copies.Count == 0 ? null : embedder.Embed(copies));
        });
        return found.SelectMany(group => group.Ids.Select((id, i) =>
        {
            var each = group.Copies!.Rows / group.Ids.Count;
            return (id, group.Copies.Slice(i * each, each));
        }));
    }

    /// <summary>Null where the file is not what its vector was made of any more: it would be compared with another picture's copies.</summary>
    private static Picture? Decode(GalleryItem item, IEmbedder embedder)
        => PictureFiles.Read(item.Path).Bytes is { } bytes && Convert.ToHexStringLower(SHA256.HashData(bytes)) == item.Hash
            ? PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = embedder.Description.Needs.MinimumSide }).Picture
            : null;
}
