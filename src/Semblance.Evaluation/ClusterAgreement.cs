namespace Semblance.Evaluation;

/// <summary>
/// Agreement of a clustering with the classes; natural logarithms. Both are 1 for equal partitions, also for one class in one cluster.
/// The figures equal scikit-learn's since 0.22; before it, and in older papers, NMI divided by the geometric mean.
/// </summary>
public static class ClusterAgreement
{
    /// <summary>NMI = I / ½(H(labels) + H(clusters)). Rises with the number of clusters even for random ones; <see cref="AdjustedMutualInformation"/> does not.</summary>
    public static double NormalizedMutualInformation(ReadOnlySpan<int> labels, ReadOnlySpan<int> clusters)
    {
        var table = new Contingency(labels, clusters);
        var mean = 0.5 * (Entropy(table.Rows, table.Total) + Entropy(table.Columns, table.Total));
        return mean == 0 ? 1 : Math.Clamp(table.MutualInformation() / mean, 0, 1);
    }

    /// <summary>
    /// AMI = (I − E[I]) / (½(H(labels) + H(clusters)) − E[I]), where E[I] is the exact expectation over random labelings with the same class and
    /// cluster sizes (hypergeometric; Vinh, Epps and Bailey 2010). 0 on average for random clusters, negative for worse ones.
    /// O(pairs of distinct sizes × smaller size).
    /// </summary>
    public static double AdjustedMutualInformation(ReadOnlySpan<int> labels, ReadOnlySpan<int> clusters)
    {
        var table = new Contingency(labels, clusters);
        if (table.Rows.Count == 1 && table.Columns.Count == 1)
            return 1;
        var expected = ExpectedMutualInformation(table.Rows, table.Columns, table.Total);
        var mean = 0.5 * (Entropy(table.Rows, table.Total) + Entropy(table.Columns, table.Total));
        var information = table.MutualInformation();
        var denominator = mean - expected;
        // All singletons, or one side without information: chance cannot be told from agreement, so only equal partitions score.
        if (Math.Abs(denominator) < 1e-12)
            return Math.Abs(information - mean) < 1e-12 ? 1 : 0;
        return (information - expected) / denominator;
    }

    private static double Entropy(IReadOnlyCollection<int> sizes, int total)
    {
        var entropy = 0.0;
        foreach (var size in sizes)
            entropy -= size / (double)total * Math.Log(size / (double)total);
        return sizes.Count == 1 ? 0 : entropy;
    }

    private static double ExpectedMutualInformation(IReadOnlyCollection<int> rows, IReadOnlyCollection<int> columns, int total)
    {
        var logFactorial = new double[total + 1];
        for (var i = 2; i <= total; i++)
            logFactorial[i] = logFactorial[i - 1] + Math.Log(i);
        // Thousands of classes have few distinct sizes, and the expectation depends on the sizes alone.
        var columnSizes = columns.CountBy(size => size).ToArray();
        var expected = 0.0;
        foreach (var (a, rowsOfSize) in rows.CountBy(size => size))
        {
            foreach (var (b, columnsOfSize) in columnSizes)
            {
                var fixedPart = logFactorial[a] + logFactorial[b] + logFactorial[total - a] + logFactorial[total - b] - logFactorial[total];
                var cell = 0.0;
                for (var shared = Math.Max(1, a + b - total); shared <= Math.Min(a, b); shared++)
                {
                    var logChance = fixedPart - logFactorial[shared] - logFactorial[a - shared] - logFactorial[b - shared] - logFactorial[total - a - b + shared];
                    cell += shared / (double)total * Math.Log((double)total * shared / ((double)a * b)) * Math.Exp(logChance);
                }
                expected += cell * rowsOfSize * columnsOfSize;
            }
        }
        return expected;
    }

    /// <summary>How often each class meets each cluster; only the cells that occur.</summary>
    private sealed class Contingency
    {
        private readonly Dictionary<int, int> _rows = [];
        private readonly Dictionary<int, int> _columns = [];
        private readonly Dictionary<(int Row, int Column), int> _cells = [];

        public Contingency(ReadOnlySpan<int> labels, ReadOnlySpan<int> clusters)
        {
            if (labels.Length != clusters.Length || labels.IsEmpty)
                throw new ArgumentException($"{labels.Length} labels and {clusters.Length} clusters; give one of each per item, and at least one item.", nameof(clusters));
            Total = labels.Length;
            for (var i = 0; i < labels.Length; i++)
            {
                Count(_rows, labels[i]);
                Count(_columns, clusters[i]);
                Count(_cells, (labels[i], clusters[i]));
            }
        }

        public int Total { get; }

        public IReadOnlyCollection<int> Rows => _rows.Values;

        public IReadOnlyCollection<int> Columns => _columns.Values;

        public double MutualInformation()
        {
            var information = 0.0;
            foreach (var ((row, column), count) in _cells)
                information += count / (double)Total * Math.Log((double)Total * count / ((double)_rows[row] * _columns[column]));
            return Math.Max(0, information);
        }

        private static void Count<T>(Dictionary<T, int> counts, T key)
            where T : notnull
        {
            counts.TryGetValue(key, out var count);
            counts[key] = count + 1;
        }
    }
}
