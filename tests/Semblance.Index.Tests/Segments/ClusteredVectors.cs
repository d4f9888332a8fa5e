using Semblance.Numerics;

namespace Semblance.Index.Tests.Segments;

/// <summary>Gaussian clusters around Gaussian centres: rows in a random order, and queries of the same kind.</summary>
public static class ClusteredVectors
{
    public static (Matrix Rows, Matrix Queries) Make(int rows, int dimension, int clusters, float spread, long seed, int queries = 100)
    {
        var random = new SeededRandom(seed);
        var centres = new Matrix(clusters, dimension);
        foreach (ref var x in centres.Span)
            x = (float)random.NextGaussian();
        return (Drawn(rows), Drawn(queries));

        Matrix Drawn(int count)
        {
            var drawn = new Matrix(count, dimension);
            for (var row = 0; row < count; row++)
            {
                var centre = centres.Row(random.NextInt(clusters));
                for (var j = 0; j < dimension; j++)
                    drawn.Row(row)[j] = centre[j] + (spread * (float)random.NextGaussian());
            }
            return drawn;
        }
    }

    public static long[] Ids(int rows) => [.. Enumerable.Range(0, rows).Select(row => (long)row)];

    /// <summary>The share of the ten nearest that the searches return, and the rows they looked at on average.</summary>
    public static (double Recall, double Visited) Measure(VectorIndex index, ExactVectorIndex exact, Matrix queries, int? effort)
    {
        double found = 0, visited = 0;
        for (var q = 0; q < queries.Rows; q++)
        {
            var trace = new SearchTrace();
            var truth = exact.Search(queries.Row(q), 10).Select(hit => hit.Id).ToHashSet();
            found += index.Search(queries.Row(q), 10, new SearchOptions { Effort = effort, Trace = trace }).Count(hit => truth.Contains(hit.Id));
            visited += trace.Visited;
        }
        return (found / queries.Rows / 10, visited / queries.Rows);
    }
}
