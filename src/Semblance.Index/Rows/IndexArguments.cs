namespace Semblance.Index.Rows;

/// <summary>What every kind asks of its arguments, in one wording.</summary>
internal static class IndexArguments
{
    public static void CheckId(long id)
    {
        if (id < 0)
            throw new ArgumentOutOfRangeException(nameof(id), id, "Ids must not be negative.");
    }

    public static void CheckVectorMetric(Metric metric)
    {
        if (metric == Metric.Hamming)
            throw new ArgumentException("Hamming counts the differing bits of codes and these are float vectors: choose Cosine, L2 or InnerProduct, or a kind of bit codes.", nameof(metric));
    }

    public static void CheckK(int k)
    {
        if (k < 1)
            throw new ArgumentOutOfRangeException(nameof(k), k, "k must be at least 1.");
    }

    public static void CheckTuning(int queries, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        CheckK(k);
    }

    public static void CheckDimension(int given, int expected, string what)
    {
        if (given != expected)
            throw new ArgumentException($"{what} has dimension {given} and the index has dimension {expected}.");
    }

    public static void CheckRows(int ids, int rows)
    {
        if (ids != rows)
            throw new ArgumentException($"There are {ids} ids and {rows} rows; there must be one id for each row.");
    }
}
