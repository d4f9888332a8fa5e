using Semblance.Numerics;

namespace Semblance.Evaluation.Tests;

/// <summary>Small rankings and the naive truth about them.</summary>
internal static class Rankings
{
    /// <summary>A ranking from tie groups of flags, nearest group first.</summary>
    public static Ranking Of(int? relevant, params int[][] groups)
    {
        var reduced = new List<TieGroup>();
        var before = 0;
        foreach (var group in groups)
        {
            var hits = group.Sum();
            if (hits > 0)
                reduced.Add(new TieGroup(before, group.Length, hits));
            before += group.Length;
        }
        return new Ranking(reduced.ToArray(), relevant ?? groups.Sum(g => g.Sum()));
    }

    /// <summary>The mean of a naive metric over every order that the ties allow.</summary>
    public static double OverAllOrders(int[][] groups, Func<int[], double> metric)
    {
        var sum = 0.0;
        var count = 0;
        foreach (var order in Orders(groups, 0))
        {
            sum += metric(order);
            count++;
        }
        return sum / count;
    }

    public static double Extreme(int[][] groups, Func<int[], double> metric, bool highest)
    {
        var values = Orders(groups, 0).Select(metric);
        return highest ? values.Max() : values.Min();
    }

    /// <summary>Random tie groups of up to 4 items, 10 items in all at most.</summary>
    public static int[][] Random(SeededRandom random)
    {
        var groups = new List<int[]>();
        var total = 0;
        while (total < 8)
        {
            var group = new int[1 + random.NextInt(Math.Min(4, 10 - total))];
            for (var i = 0; i < group.Length; i++)
                group[i] = random.NextInt(2);
            groups.Add(group);
            total += group.Length;
        }
        groups[^1][0] = 1;
        return [.. groups];
    }

    private static IEnumerable<int[]> Orders(int[][] groups, int from)
    {
        if (from == groups.Length)
        {
            yield return [];
            yield break;
        }
        foreach (var head in Permutations(groups[from]))
        {
            foreach (var tail in Orders(groups, from + 1))
                yield return [.. head, .. tail];
        }
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
