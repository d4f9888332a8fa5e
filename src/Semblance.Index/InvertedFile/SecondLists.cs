using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// A second list for every vector (SOAR: Sun, Simcha, Dopson, Guo and Kumar, "SOAR: improved indexing for approximate nearest neighbor
/// search", 2023): the one whose difference r′ from the vector has the least |r′|² + λ (r·r′ / |r|)², r being the difference from the first
/// centroid. Where a query is led away from the first list, along r, the second is then not wrong in the same direction.
/// </summary>
internal static class SecondLists
{
    // The paper's λ for moderate sizes; larger values choose centroids too far away.
    private const float Lambda = 1;

    // Centroids considered: those beyond are too far to win.
    private const int Nearest = 16;

    /// <param name="vectors">[n, d].</param>
    /// <param name="first">The nearest list of each.</param>
    /// <param name="second">Filled: another list, or the same where there is only one.</param>
    public static void Assign(Matrix vectors, Matrix centroids, ReadOnlySpan<int> first, Span<int> second)
    {
        const int Rows = 96;
        var lists = centroids.Rows;
        var halfSquares = new float[lists];
        for (var list = 0; list < lists; list++)
            halfSquares[list] = VectorMath.Dot(centroids.Row(list), centroids.Row(list)) / 2;
        var products = new float[Rows * lists];
        var nearest = new TopK(Math.Min(Nearest, lists));
        for (var start = 0; start < vectors.Rows; start += Rows)
        {
            var count = Math.Min(Rows, vectors.Rows - start);
            var block = new Matrix(products, count, lists);
            MatrixProduct.Multiply(vectors.Slice(start, count), centroids, block, transposeB: true);
            for (var i = 0; i < count; i++)
            {
                var keys = block.Row(i);
                System.Numerics.Tensors.TensorPrimitives.Subtract(halfSquares, keys, keys);
                nearest.Clear();
                nearest.AddRange(0, keys);
                second[start + i] = Second(vectors.Row(start + i), centroids, first[start + i], nearest);
            }
        }
    }

    private static int Second(ReadOnlySpan<float> vector, Matrix centroids, int first, TopK nearest)
    {
        var own = centroids.Row(first);
        var length = VectorMath.SquaredL2(vector, own);
        var toOwn = VectorMath.Dot(vector, own);
        var square = VectorMath.Dot(vector, vector);
        var best = first;
        var least = float.PositiveInfinity;
        foreach (var candidate in nearest.ToSorted())
        {
            if (candidate.Id == first)
                continue;
            var other = centroids.Row((int)candidate.Id);
            // r·r′ = (x − c)·(x − c′).
            var along = square - toOwn - VectorMath.Dot(vector, other) + VectorMath.Dot(own, other);
            var cost = VectorMath.SquaredL2(vector, other) + (length > 0 ? Lambda * along * along / length : 0);
            if (cost < least)
                (least, best) = (cost, (int)candidate.Id);
        }
        return best;
    }
}
