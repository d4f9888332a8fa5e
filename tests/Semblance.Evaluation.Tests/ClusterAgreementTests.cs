using Semblance.Numerics;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class ClusterAgreementTests
{
    [Fact]
    public void Published_values()
    {
        int[] labels = [0, 0, 1, 1, 2, 2];
        int[] clusters = [0, 0, 1, 1, 1, 1];
        Assert.Equal(0.733680, ClusterAgreement.NormalizedMutualInformation(labels, clusters), 5e-7);
        Assert.Equal(0.615385, ClusterAgreement.AdjustedMutualInformation(labels, clusters), 5e-7);
    }

    [Fact]
    public void Adjustment_is_the_mean_over_all_relabelings()
    {
        int[] labels = [0, 0, 0, 1, 1, 2, 2];
        int[] clusters = [0, 1, 1, 1, 0, 2, 0];
        var entropies = 0.5 * (Information(labels, labels) + Information(clusters, clusters));
        var expected = Permutations(clusters).Average(c => Information(labels, c));
        var ami = (Information(labels, clusters) - expected) / (entropies - expected);
        Assert.Equal(ami, ClusterAgreement.AdjustedMutualInformation(labels, clusters), 1e-12);
        Assert.Equal(Information(labels, clusters) / entropies, ClusterAgreement.NormalizedMutualInformation(labels, clusters), 1e-12);
    }

    /// <summary>Large classes and clusters must meet: fewer common items than a + b − n cannot be, and the sum begins there.</summary>
    [Fact]
    public void Adjustment_counts_what_large_classes_and_clusters_share_by_need()
    {
        int[] labels = [0, 0, 0, 0, 0, 0, 1, 1];
        int[] clusters = [0, 0, 0, 0, 1, 0, 1, 1];
        // All 56 ways to place the three of the second cluster among eight.
        var ways =
            from i in Enumerable.Range(0, 8)
            from j in Enumerable.Range(i + 1, 7 - i)
            from k in Enumerable.Range(j + 1, 7 - j)
            select Enumerable.Range(0, 8).Select(item => item == i || item == j || item == k ? 1 : 0).ToArray();
        var expected = ways.Average(way => Information(labels, way));
        Assert.Equal(0.091, expected, 5e-4);
        var entropies = 0.5 * (Information(labels, labels) + Information(clusters, clusters));
        Assert.Equal((Information(labels, clusters) - expected) / (entropies - expected), ClusterAgreement.AdjustedMutualInformation(labels, clusters), 1e-12);
    }

    [Fact]
    public void Equal_partitions_score_one_whatever_their_numbers()
    {
        Check([4, 4, 9, 9, 1], [0, 0, 1, 1, 2]);
        Check([7, 7, 7], [1, 1, 1]);
        Check([1, 2, 3, 4], [9, 8, 7, 6]);

        static void Check(int[] labels, int[] clusters)
        {
            Assert.Equal(1, ClusterAgreement.NormalizedMutualInformation(labels, clusters), 1e-12);
            Assert.Equal(1, ClusterAgreement.AdjustedMutualInformation(labels, clusters), 1e-9);
        }
    }

    [Fact]
    public void One_cluster_says_nothing_about_the_classes()
    {
        Assert.Equal(0, ClusterAgreement.NormalizedMutualInformation([0, 0, 1, 1], [5, 5, 5, 5]), 1e-12);
        Assert.Equal(0, ClusterAgreement.AdjustedMutualInformation([0, 0, 1, 1], [5, 5, 5, 5]), 1e-12);
    }

    [Fact]
    public void Random_clusters_score_near_zero_only_when_adjusted()
    {
        var random = new SeededRandom(1);
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i / 10)];
        int[] clusters = [.. labels.Select(_ => random.NextInt(100))];
        Assert.InRange(ClusterAgreement.AdjustedMutualInformation(labels, clusters), -0.02, 0.02);
        Assert.True(ClusterAgreement.NormalizedMutualInformation(labels, clusters) > 0.4);
    }

    private static double Information(int[] x, int[] y)
    {
        double n = x.Length;
        return x.Zip(y).GroupBy(p => p).Sum(cell =>
            cell.Count() / n * Math.Log(n * cell.Count() / (x.Count(v => v == cell.Key.First) * (double)y.Count(v => v == cell.Key.Second))));
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        if (items.Length <= 1)
        {
            yield return items;
            yield break;
        }
        for (var i = 0; i < items.Length; i++)
        {
            foreach (var rest in Permutations([.. items[..i], .. items[(i + 1)..]]))
                yield return [items[i], .. rest];
        }
    }
}
