using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>Distances from one row of a sample to all of them, as a codec sees them; only their order matters.</summary>
internal delegate void CodedDistances(int query, Span<float> distances);

/// <summary>Measures the <see cref="CodecFidelity"/> of any codec on a sample. O(queries · n · d).</summary>
internal static class FidelityMeasurement
{
    private static readonly int[] s_factors = [1, 2, 5, 10, 20, 50, 100];

    /// <param name="sample">[n, d], more than k rows.</param>
    public static CodecFidelity Measure(
        string codec, double bytesPerVector, Matrix sample, Metric metric, int queries, int k, CodedDistances coded, CancellationToken cancellationToken)
    {
        IndexArguments.CheckVectorMetric(metric);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(queries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (sample.Rows <= k)
            throw new ArgumentException($"The sample has {sample.Rows} rows, and {k} neighbours of one of them need more. Give more rows.", nameof(sample));
        queries = Math.Min(queries, sample.Rows);
        var rows = AsMeasured(sample, metric);
        var factors = s_factors.Where(factor => factor == 1 || factor * k < sample.Rows).ToArray();
        var found = new double[factors.Length];
        var distances = new float[sample.Rows];
        for (var q = 0; q < queries; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var query = (int)((long)sample.Rows * q / queries);
            MatrixScan.Distances(rows.Row(query), rows, metric == Metric.L2 ? Metric.L2 : Metric.InnerProduct, distances);
            var truth = Nearest(distances, query, k).ToHashSet();
            coded(query, distances);
            var shortlist = Nearest(distances, query, factors[^1] * k);
            for (var i = 0; i < factors.Length; i++)
                found[i] += shortlist.Take(factors[i] * k).Count(truth.Contains);
        }
        return new CodecFidelity(
            codec, bytesPerVector, k, queries, sample.Rows, [.. factors.Select((factor, i) => new ShortlistRecall(factor * k, found[i] / ((double)queries * k)))]);
    }

    /// <summary>The rows as the metric needs them: under cosine a copy of length 1.</summary>
    public static Matrix AsMeasured(Matrix sample, Metric metric)
    {
        if (metric != Metric.Cosine)
            return sample;
        var rows = new Matrix(sample.Rows, sample.Columns);
        for (var i = 0; i < rows.Rows; i++)
        {
            sample.Row(i).CopyTo(rows.Row(i));
            VectorMath.NormalizeL2(rows.Row(i));
        }
        return rows;
    }

    private static long[] Nearest(float[] distances, int query, int count)
    {
        var nearest = new TopK(count + 1);
        nearest.AddRange(0, distances);
        return [.. nearest.ToSorted().Select(candidate => candidate.Id).Where(row => row != query).Take(count)];
    }
}
