using Semblance.Numerics;

namespace Semblance.Index.Tests.Conformance;

/// <summary>The independent truth: a dictionary of vectors and distances in double precision, one pair at a time.</summary>
public sealed class NaiveVectors(Metric metric)
{
    public Dictionary<long, float[]> Rows { get; } = [];

    public double Distance(ReadOnlySpan<float> query, long id)
    {
        var row = Rows[id];
        double dot = 0, squared = 0, queryLength = 0, rowLength = 0;
        for (var i = 0; i < row.Length; i++)
        {
            dot += (double)query[i] * row[i];
            squared += ((double)query[i] - row[i]) * ((double)query[i] - row[i]);
            queryLength += (double)query[i] * query[i];
            rowLength += (double)row[i] * row[i];
        }
        return metric switch
        {
            Metric.L2 => Math.Sqrt(squared),
            Metric.InnerProduct => -dot,
            _ => queryLength == 0 || rowLength == 0 ? 1 : 1 - (dot / Math.Sqrt(queryLength * rowLength)),
        };
    }

    /// <summary>All rows that pass, nearest first, equal distances by smaller id.</summary>
    public List<(long Id, double Distance)> Ranking(float[] query, Func<long, bool>? filter = null) =>
        [.. Rows.Keys.Where(filter ?? (_ => true)).Select(id => (Id: id, Distance: Distance(query, id))).OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id)];

    public static Matrix Gaussian(int rows, int columns, long seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var x in matrix.Span)
            x = (float)random.NextGaussian();
        return matrix;
    }
}
