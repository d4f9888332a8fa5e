using Semblance.Numerics;

namespace Semblance.Searching;

/// <summary>
/// From a raw vector to the one that is searched: PCA with shrunk whitening once a collection is large enough to fit it,
/// the identity before that.
/// </summary>
internal sealed class Projection
{
    /// <summary>Below this a covariance of 256 directions is noise, and the identity is better.</summary>
    public const int FewestToFit = 300;

    /// <summary>Enough for the covariance of a thousand dimensions; more only costs time.</summary>
    private const int LargestSample = 20_000;

    private readonly ShrunkWhitening? _whitening;

    private Projection(int rawDimension, ShrunkWhitening? whitening)
    {
        _whitening = whitening;
        Dimension = whitening?.OutputDimension ?? rawDimension;
    }

    public int Dimension { get; }

    public static Projection Load(Space space, byte[]? bytes) => new(space.Dimension, bytes is null ? null : ShrunkWhitening.Deserialize(bytes));

    /// <summary>True when a fit is due: none yet and enough pictures, or twice as many as the last fit saw.</summary>
    public static bool IsFitDue(Space space, long vectors) =>
        space.PostProcessing.Kind == "whiten" && vectors >= FewestToFit && (space.ProjectionVersion == 0 || vectors >= 2 * space.FittedCount);

    public static byte[] Fit(IGalleryStore store, Space space, long vectors, int seed, CancellationToken cancellationToken)
    {
        var keep = (int)Math.Min(vectors, LargestSample);
        var sample = new Matrix(keep, space.Dimension);
        var random = new SeededRandom(seed);
        var seen = 0L;
        // Reservoir sampling (Vitter's algorithm R): one pass, every picture equally likely.
        foreach (var (_, vector) in store.Vectors(space.Id))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slot = seen < keep ? seen : (long)(random.NextUInt64() % (ulong)(seen + 1));
            if (slot < keep)
                vector.CopyTo(sample.Row((int)slot));
            seen++;
        }
        var rows = (int)Math.Min(seen, keep);
        return ShrunkWhitening.Fit(sample.Slice(0, rows), Math.Min(space.PostProcessing.Dimension, space.Dimension), space.PostProcessing.Shrink, seed, cancellationToken).Serialize();
    }

    public Matrix Apply(Matrix raw)
    {
        if (_whitening is not null)
            return _whitening.Apply(raw);
        var copy = new Matrix(raw.Rows, raw.Columns);
        raw.Span.CopyTo(copy.Span);
        for (var i = 0; i < copy.Rows; i++)
            VectorMath.NormalizeL2(copy.Row(i));
        return copy;
    }
}
