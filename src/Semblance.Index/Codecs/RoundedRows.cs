namespace Semblance.Index.Codecs;

/// <summary>What rows of rounded elements have in common.</summary>
internal static class RoundedRows
{
    // bfloat16 rounds an element by at most 2⁻⁹, so a squared length by at most about 2⁻⁸.
    private const double LengthTolerance = 1e-2;

    /// <summary>Why a row of that squared length cannot be what was added; null when it can.</summary>
    public static string? Problem(double square, Metric metric) =>
        !double.IsFinite(square) || (metric == Metric.Cosine && square != 0 && Math.Abs(square - 1) > LengthTolerance)
            ? $"its squared length is {square:G6}"
            : null;
}
