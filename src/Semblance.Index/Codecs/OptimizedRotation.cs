using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>
/// The rotation that suits product quantisation (Ge, He, Ke and Sun, "Optimized product quantization", 2013, the non-parametric
/// solution): alternately the centroids of the pieces for a rotation, and the rotation that carries the vectors nearest to their codes,
/// which is an orthogonal Procrustes problem. It starts from the parametric solution: principal axes, dealt out so that the pieces'
/// products of variances are alike; without it the alternation stays where it began.
/// </summary>
internal static class OptimizedRotation
{
    private const int Rounds = 10;
    private const int MaxSampleRows = 20_000;

    // Holds the rotation in directions in which the sample does not vary.
    private const float Inertia = 1e-4f;

    /// <summary>[d, d], to be applied as <c>y = R·x</c>. O(rounds · (n · d² + n · d · centroids)).</summary>
    public static Matrix Fit(Matrix sample, int pieces, int centroids, SeededRandom random, int threads, CancellationToken cancellationToken)
    {
        var data = sample.Slice(0, Math.Min(sample.Rows, MaxSampleRows));
        var dimension = data.Columns;
        var rotation = BalancedAxes(data, pieces, threads, cancellationToken);
        var energy = System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(data.Span) / dimension;
        var rotated = new Matrix(data.Rows, dimension);
        var codes = new byte[data.Rows * pieces];
        var correlation = new Matrix(dimension, dimension);
        var next = new Matrix(dimension, dimension);
        var decoded = new Matrix(data.Rows, dimension);
        for (var round = 0; round < Rounds; round++)
        {
            MatrixProduct.Multiply(data, rotation, rotated, transposeB: true, threads: threads);
            var quantizer = ProductQuantizer.Train(rotated, pieces, centroids, random, threads, cancellationToken);
            quantizer.Encode(rotated, codes);
            for (var i = 0; i < data.Rows; i++)
                quantizer.Decode(codes.AsSpan(i * pieces, pieces), decoded.Row(i));
            // R that minimises Σ|R·x − decoded|² is the polar factor of Σ decoded·xᵀ.
            MatrixProduct.Multiply(decoded, data, correlation, transposeA: true, threads: threads);
            for (var i = 0; i < correlation.Span.Length; i++)
                correlation.Span[i] += Inertia * energy * rotation.Span[i];
            if (!PolarFactor.TryFind(correlation, next, threads))
                break;
            (rotation, next) = (next, rotation);
        }
        return rotation;
    }

    private static Matrix BalancedAxes(Matrix data, int pieces, int threads, CancellationToken cancellationToken)
    {
        var dimension = data.Columns;
        var gram = new Matrix(dimension, dimension);
        MatrixProduct.Gram(data, gram, threads);
        var spectrum = SymmetricEigen.Decompose(gram, threads, cancellationToken);
        var length = ProductQuantizer.PieceLength(dimension, pieces);
        var taken = new int[pieces];
        var logarithms = new double[pieces];
        var rotation = new Matrix(dimension, dimension);
        // Eigenvalues fall: each goes to the piece with the smallest product so far that has room.
        for (var axis = 0; axis < dimension; axis++)
        {
            var piece = -1;
            for (var p = 0; p < pieces; p++)
            {
                var room = Math.Min(length, dimension - (p * length)) - taken[p];
                if (room > 0 && (piece < 0 || logarithms[p] < logarithms[piece]))
                    piece = p;
            }
            spectrum.Vectors.Row(axis).CopyTo(rotation.Row((piece * length) + taken[piece]));
            taken[piece]++;
            logarithms[piece] += Math.Log(Math.Max(spectrum.Values[axis], 1e-12));
        }
        return rotation;
    }
}
