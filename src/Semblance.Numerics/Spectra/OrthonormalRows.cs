using System.Numerics.Tensors;

namespace Semblance.Numerics.Spectra;

/// <summary>
/// Gram–Schmidt over the rows of a matrix, each against those before it, twice: once is not enough in floating point and twice is
/// (Giraud, Langou and Rozložník, 2005). O(rows² · columns).
/// </summary>
internal static class OrthonormalRows
{
    // Of a row that lies in the span of those before it only rounding is left: it carries no direction and becomes zero.
    private const double Dependent = 1e-5;

    public static void Make(Matrix rows)
    {
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows.Row(i);
            VectorMath.NormalizeL2(row);
            Subtract(rows, i);
            if (VectorMath.Dot(row, row) < Dependent * Dependent)
            {
                row.Clear();
                continue;
            }
            VectorMath.NormalizeL2(row);
            Subtract(rows, i);
            VectorMath.NormalizeL2(row);
        }
    }

    private static void Subtract(Matrix rows, int i)
    {
        var row = rows.Row(i);
        for (var j = 0; j < i; j++)
            TensorPrimitives.MultiplyAdd(rows.Row(j), -VectorMath.Dot(rows.Row(j), row), row, row);
    }
}
