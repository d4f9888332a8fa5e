using Semblance.Numerics;

namespace Semblance.Index.Segments;

/// <summary>
/// The reduction of inner product to L2 (Bachrach et al., "Speeding up the Xbox recommender system using a Euclidean transformation for
/// inner-product spaces", 2014): one coordinate more, √(longest² − |x|²), makes all rows equally long; the query has 0 there, so
/// |q − x|² = |q|² + longest² − 2 q·x.
/// </summary>
internal static class Augmentation
{
    /// <summary>
    /// The squared length of the longest row. Fills in the coordinate of each where <paramref name="extra"/> is not empty.
    /// </summary>
    public static float Fill(VectorSource vectors, int first, int count, Span<float> extra)
    {
        var scratch = new float[vectors.Dimension];
        var longest = 0f;
        for (var row = 0; row < count; row++)
        {
            var vector = vectors.At(first + row, scratch);
            var square = VectorMath.Dot(vector, vector);
            longest = MathF.Max(longest, square);
            if (extra.Length > 0)
                extra[row] = square;
        }
        foreach (ref var value in extra)
            value = MathF.Sqrt(MathF.Max(0, longest - value));
        return longest;
    }
}
