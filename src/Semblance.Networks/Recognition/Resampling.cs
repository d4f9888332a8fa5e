using Semblance.Numerics;

namespace Semblance.Networks.Recognition;

/// <summary>How sure a comparison is: repeated with as many pictures drawn from those there are, again and again (the bootstrap; Efron, 1979).</summary>
internal static class Resampling
{
    private const int Rounds = 200;

    /// <summary>Scores, the best first.</summary>
    /// <param name="ways">What is compared.</param>
    /// <param name="seen">For each way, what the norms saw of each picture.</param>
    /// <param name="balanced">The same of the pictures without their colour cast, where that was tried; the better of the two counts.</param>
    public static IReadOnlyList<FeedingScore> Score(Feeding[] ways, PictureMoments[][] seen, PictureMoments[][] balanced, int seed)
    {
        var pictures = seen[0].Length;
        var random = new SeededRandom(seed);
        var wins = new int[ways.Length];
        for (var round = 0; round < Rounds; round++)
        {
            int[] drawn = [.. Enumerable.Range(0, pictures).Select(_ => random.NextInt(pictures))];
            var distances = Distances(drawn);
            wins[Array.IndexOf(distances, distances.Min())]++;
        }
        var all = Distances([.. Enumerable.Range(0, pictures)]);
        return [.. ways.Select((way, i) => new FeedingScore(way, all[i], (double)wins[i] / Rounds)).OrderBy(score => score.Distance)];

        double[] Distances(int[] drawn)
        {
            var distances = new double[ways.Length];
            for (var way = 0; way < distances.Length; way++)
            {
                distances[way] = ChannelMoments.Distance([.. drawn.Select(picture => seen[way][picture])]);
                if (balanced.Length > 0)
                    distances[way] = Math.Min(distances[way], ChannelMoments.Distance([.. drawn.Select(picture => balanced[way][picture])]));
            }
            return distances;
        }
    }
}
