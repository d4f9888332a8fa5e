using System.Numerics.Tensors;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>Distances from one query to all rows of a matrix, which may hold more elements than a span can.</summary>
internal static class MatrixScan
{
    private const int RowsAtOnce = 4096;

    /// <param name="metric">Under inner product the negated products, else squared L2 distances.</param>
    /// <param name="distances">One a row.</param>
    public static void Distances(ReadOnlySpan<float> query, Matrix rows, Metric metric, Span<float> distances)
    {
        for (var first = 0; first < rows.Rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows.Rows - first);
            var part = distances.Slice(first, count);
            if (metric == Metric.InnerProduct)
            {
                VectorMath.DotRows(query, rows.RowRange(first, count), part);
                TensorPrimitives.Negate(part, part);
            }
            else
            {
                VectorMath.SquaredL2Rows(query, rows.RowRange(first, count), part);
            }
        }
    }
}
