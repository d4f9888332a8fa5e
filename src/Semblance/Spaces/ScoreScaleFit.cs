using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Searching;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>
/// Fits a <see cref="ScoreScale"/>: scores of random pairs of the collection show what "unrelated" looks like in this space,
/// scores between pictures and altered copies of themselves what "the same picture" looks like.
/// </summary>
internal static class ScoreScaleFit
{
    private const int RandomPairs = 100_000;
    private const int MostPictures = 48;
    private const int LabelQueries = 300;
    private const int NeighboursOfAQuery = 10;

    /// <summary>Too few pictures to see the tail of random pairs.</summary>
    private const int FewestPictures = 20;

    public static ScoreScale Fit(ISpaceSearch space, IGalleryStore store, IEmbedder embedder, int seed, int threads, CancellationToken cancellationToken)
    {
        var ids = store.Items().Select(item => item.Id).ToArray();
        if (ids.Length < FewestPictures)
            return ScoreScale.Unfitted;
        var random = new SeededRandom(seed);
        var unrelated = RandomPairScores(space, store, ids, random);
        var (mild, strong) = CopyScores(space, store, embedder, ids, random, threads, cancellationToken);
        return mild.Length == 0 || unrelated.Length == 0 ? ScoreScale.Unfitted : WithLabels(FromScores(unrelated, mild, strong), space, store, ids);
    }

    /// <summary>Looks up the neighbours of some pictures and counts, word by word, how often folder and neighbour agree.</summary>
    private static ScoreScale WithLabels(ScoreScale scale, ISpaceSearch space, IGalleryStore store, long[] shuffled)
    {
        var labels = store.Items().ToDictionary(item => item.Id, item => item.Label);
        if (labels.Values.Distinct(StringComparer.Ordinal).Count() < 2)
            return scale;
        var (all, same) = (new int[scale.Words.Count], new int[scale.Words.Count]);
        var asked = shuffled.Take(LabelQueries).ToArray();
        foreach (var (query, neighbours) in space.Neighbours(asked, NeighboursOfAQuery).Index())
        {
            foreach (var hit in neighbours)
            {
                var score = space.ScoreOf(hit.Distance);
                var word = scale.Words.Select((w, i) => (w, i)).FirstOrDefault(row => score >= row.w.MinScore, (null!, -1)).Item2;
                if (word < 0 || !labels.TryGetValue(hit.ItemId, out var label))
                    continue;
                all[word]++;
                same[word] += label == labels[asked[query]] ? 1 : 0;
            }
        }
        return scale with { Words = [.. scale.Words.Select((word, i) => word with { SameLabel = all[i] == 0 ? null : (double)same[i] / all[i] })] };
    }

    /// <summary>
    /// near-duplicate: nine of ten slightly altered copies reach it; very similar: nine of ten strongly altered ones; both at
    /// most one unrelated pair in ten thousand, and a near-duplicate at most one random pair in a thousand, related or not,
    /// since it decides what is offered for removal. Similar: one unrelated pair in a thousand; weak: one in a hundred.
    /// All three arrays sorted rising.
    /// </summary>
    internal static ScoreScale FromScores(float[] random, float[] mild, float[] strong)
    {
        var weak = UnrelatedQuantile(random, 0.99);
        var similar = Math.Max(UnrelatedQuantile(random, 0.999), weak);
        var verySimilar = Math.Max(Math.Max(Quantile(strong, 0.10), UnrelatedQuantile(random, 0.9999)), similar);
        var nearDuplicate = Math.Max(Math.Max(Quantile(mild, 0.10), Quantile(random, 0.999)), verySimilar);
        float[] copies = [.. mild, .. strong];
        Array.Sort(copies);
        var words = new List<ScoreWordThreshold>();
        foreach (var (word, threshold) in new[] { (ScoreWord.NearDuplicate, nearDuplicate), (ScoreWord.VerySimilar, verySimilar), (ScoreWord.Similar, similar), (ScoreWord.Weak, weak) })
        {
            var (copy, chance) = (Share(copies, threshold), Share(random, threshold));
            words.Add(new(word, threshold, copy, chance, copy + chance > 0 ? copy / (copy + chance) : null));
        }
        return new ScoreScale { Fitted = true, Words = words };
    }

    /// <summary>
    /// Without pairs that are copies of each other by their bytes or hashes: in a folder full of copies they are more than one pair in a
    /// thousand, and would have the near-duplicates' threshold to themselves.
    /// </summary>
    private static float[] RandomPairScores(ISpaceSearch space, IGalleryStore store, long[] ids, SeededRandom random)
    {
        var items = store.Items().ToDictionary(item => item.Id, item => (item.Hash, Hashes: new PictureHashes(item.PHash, item.DHash)));
        var scores = new List<float>(RandomPairs);
        for (var i = 0; i < RandomPairs; i++)
        {
            var (first, second) = (ids[random.NextInt(ids.Length)], ids[random.NextInt(ids.Length)]);
            if (first == second || !items.TryGetValue(first, out var one) || !items.TryGetValue(second, out var other) || one.Hash == other.Hash || one.Hashes.AreCopies(other.Hashes))
                continue;
            if (space.Score(first, second) is { } score)
                scores.Add(score);
        }
        return Sorted(scores);
    }

    private static (float[] Mild, float[] Strong) CopyScores(ISpaceSearch space, IGalleryStore store, IEmbedder embedder, long[] ids, SeededRandom random, int threads, CancellationToken cancellationToken)
    {
        random.Shuffle(ids.AsSpan());
        var (mild, strong) = (new List<float>(), new List<float>());
        foreach (var (id, raw) in AlteredCopies.Embed(store, embedder, [.. ids.Take(MostPictures)], (picture, _) => [Slightly(picture), Strongly(picture)], threads, cancellationToken))
        {
            if (space.Score(id, raw.Row(0)) is not { } ofMild || space.Score(id, raw.Row(1)) is not { } ofStrong)
                continue;
            mild.Add(ofMild);
            strong.Add(ofStrong);
        }
        return (Sorted(mild), Sorted(strong));
    }

    private static float[] Sorted(IEnumerable<float> scores)
    {
        var sorted = scores.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>
    /// What a messenger does: smaller, and saved again at quality 60. Photos lose no size that the network would see; the
    /// tenth taken here, of a picture that is decoded at the network's size, stands for blur.
    /// </summary>
    private static Picture Slightly(Picture picture)
    {
        var smaller = picture.Resize(Math.Max(1, picture.Width * 9 / 10), Math.Max(1, picture.Height * 9 / 10));
        return PictureDecoder.Shared.Decode(PictureEncoder.Encode(smaller, PictureFormat.Jpeg, 60), DecodeOptions.Default).Picture ?? smaller;
    }

    /// <summary>What a person does: the middle four fifths, mirrored, a fifth brighter.</summary>
    private static Picture Strongly(Picture picture)
    {
        var (width, height) = (Math.Max(1, picture.Width * 4 / 5), Math.Max(1, picture.Height * 4 / 5));
        var (left, top) = ((picture.Width - width) / 2, (picture.Height - height) / 2);
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var from = ((((top + y) * picture.Width) + left + width - 1 - x) * 3);
                var to = ((y * width) + x) * 3;
                for (var c = 0; c < 3; c++)
                    pixels[to + c] = (byte)Math.Min(255, picture.Pixels[from + c] * 6 / 5);
            }
        }
        return new Picture(width, height, pixels, picture.Facts);
    }

    /// <summary>
    /// Quantile of the scores of unrelated pairs. Random pairs hold related ones, too: of a collection of five motifs every
    /// fifth. They lie in the upper half, so the lower half is mirrored at the median, in Fisher's z = artanh(s), which makes
    /// the distribution of a cosine near 1 symmetric again.
    /// </summary>
    private static float UnrelatedQuantile(float[] random, double share)
    {
        static double Z(float score) => Math.Atanh(Math.Clamp(score, -0.999999f, 0.999999f));
        return (float)Math.Tanh((2 * Z(Quantile(random, 0.5))) - Z(Quantile(random, 1 - share)));
    }

    private static float Quantile(float[] sorted, double share) => sorted[Math.Clamp((int)(share * (sorted.Length - 1)), 0, sorted.Length - 1)];

    /// <summary>Share of scores at or above the threshold.</summary>
    private static double Share(float[] sorted, float threshold)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < threshold)
                low = middle + 1;
            else
                high = middle;
        }
        return (double)(sorted.Length - low) / sorted.Length;
    }
}
