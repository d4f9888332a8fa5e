using Semblance.Features;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// From a raw vector to the one that is searched: PCA with shrunk whitening, of the collection alone or also of what copying does to its
/// pictures, once a collection is large enough to fit it; the identity before that.
/// </summary>
internal sealed class Projection
{
    /// <summary>Below this a covariance of 256 directions is noise, and the identity is better.</summary>
    public const int FewestToFit = 300;

    /// <summary>
    /// With copies the fit is shrunk so far that it harms no small collection, and helps one of this size to find originals. (Measured on
    /// draws of 50 to 200 photos of five to fifty classes.)
    /// </summary>
    public const int FewestToFitWithCopies = 64;

    /// <summary>Enough for the covariance of a thousand dimensions; more only costs time.</summary>
    private const int LargestSample = 20_000;

    /// <summary>How much what copying does counts beside what tells pictures apart.</summary>
    private const float CopyWeight = 100;

    private readonly Func<Matrix, Matrix> _apply;

    private Projection(int dimension, Func<Matrix, Matrix> apply)
    {
        Dimension = dimension;
        _apply = apply;
    }

    public int Dimension { get; }

    public static Projection Load(Space space, byte[]? bytes)
    {
        if (bytes is null)
            return new Projection(space.Dimension, UnitLengths);
        if (space.PostProcessing.Kind == PostProcessing.CopyWhitenKind)
        {
            var copies = NuisanceWhitening.Deserialize(bytes);
            return new Projection(copies.OutputDimension, copies.Apply);
        }
        var whitening = ShrunkWhitening.Deserialize(bytes);
        return new Projection(whitening.OutputDimension, whitening.Apply);
    }

    /// <summary>True when a fit is due: none yet and enough pictures, or twice as many as the last fit saw.</summary>
    public static bool IsFitDue(Space space, long vectors) =>
        space.PostProcessing.Kind is PostProcessing.WhitenKind or PostProcessing.CopyWhitenKind && vectors >= FewestFor(space.PostProcessing.Kind) && (space.ProjectionVersion == 0 || vectors >= 2 * space.FittedCount);

    /// <param name="embedder">Opened where copies are to be embedded.</param>
    public static byte[] Fit(IGalleryStore store, Space space, long vectors, Func<IEmbedder> embedder, int seed, int threads, CancellationToken cancellationToken)
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
        var rows = sample.Slice(0, (int)Math.Min(seen, keep));
        var post = space.PostProcessing;
        var dimension = Math.Min(post.Dimension, space.Dimension);
        if (post.Kind == PostProcessing.WhitenKind)
            return ShrunkWhitening.Fit(rows, dimension, post.Shrink, seed, cancellationToken).Serialize();
        var differences = CopyDifferences.Of(store, space, embedder(), seed, threads, cancellationToken);
        return NuisanceWhitening.Fit(rows, differences, dimension, post.Shrink, CopyWeight, seed, cancellationToken).Serialize();
    }

    public Matrix Apply(Matrix raw) => _apply(raw);

    private static int FewestFor(string kind) => kind == PostProcessing.CopyWhitenKind ? FewestToFitWithCopies : FewestToFit;

    private static Matrix UnitLengths(Matrix raw)
    {
        var copy = new Matrix(raw.Rows, raw.Columns);
        raw.Span.CopyTo(copy.Span);
        for (var i = 0; i < copy.Rows; i++)
            VectorMath.NormalizeL2(copy.Row(i));
        return copy;
    }
}
