using Semblance.Features;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>
/// From a raw vector to the one that is searched: PCA with shrunk whitening, of the collection alone or also of what copying does to its
/// pictures, once a collection is large enough to fit it; the head of a space that is made from another's vectors; the identity else.
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

    /// <summary>Numbers, or bits, of a searched vector.</summary>
    public int Dimension { get; }

    public static Projection Load(Space space, byte[]? bytes)
    {
        if (space.Base is { } source)
        {
            var head = VectorHeads.Find(source.Head)!.Load(bytes ?? throw new GalleryException($"The head of the space '{space.Name}' is gone; remove the space and make it again."));
            return new Projection(head.Dimension, head.Apply);
        }
        if (bytes is null)
            return new Projection(space.Dimension, space is { Kind: SpaceKind.Float, Metric: Metric.Cosine } ? UnitLengths : static raw => raw);
        if (space.PostProcessing.Kind == PostProcessingKind.WhitenCopies)
        {
            var copies = NuisanceWhitening.Deserialize(bytes);
            return new Projection(copies.OutputDimension, copies.Apply);
        }
        var whitening = ShrunkWhitening.Deserialize(bytes);
        return new Projection(whitening.OutputDimension, whitening.Apply);
    }

    /// <summary>True when a fit is due: none yet and enough vectors, or twice as many as the last fit saw.</summary>
    public static bool IsFitDue(Space space, long vectors) => FewestFor(space) is { } fewest && vectors >= fewest && (space.ProjectionVersion == 0 || vectors >= 2 * space.FittedCount);

    /// <param name="source">The space whose raw vectors it goes by: <paramref name="space"/> itself, or its base.</param>
    /// <param name="embedder">Opened where copies are to be embedded.</param>
    public static byte[] Fit(IGalleryStore store, Space space, Space source, Func<IEmbedder> embedder, int seed, int threads, CancellationToken cancellationToken)
    {
        var rows = Sample(store, source, seed, cancellationToken);
        if (space.Base is { } from)
            return VectorHeads.Find(from.Head)!.Fit(rows, space.Dimension, seed, cancellationToken).Serialize();
        var post = space.PostProcessing;
        var dimension = Math.Min(post.Dimension, space.Dimension);
        if (post.Kind == PostProcessingKind.Whiten)
            return ShrunkWhitening.Fit(rows, dimension, post.Shrink, seed, cancellationToken).Serialize();
        var differences = CopyDifferences.Of(store, space, embedder(), seed, threads, cancellationToken);
        return NuisanceWhitening.Fit(rows, differences, dimension, post.Shrink, CopyWeight, seed, cancellationToken).Serialize();
    }

    /// <summary><c>[n, raw d] → [n, Dimension]</c>; a new matrix, or the one given where nothing is to be done.</summary>
    public Matrix Apply(Matrix raw) => _apply(raw);

    /// <summary>Reservoir sampling (Vitter's algorithm R): one pass, every vector equally likely.</summary>
    private static Matrix Sample(IGalleryStore store, Space source, int seed, CancellationToken cancellationToken)
    {
        var keep = (int)Math.Min(store.CountVectors(source.Id).Vectors, LargestSample);
        var sample = new Matrix(keep, source.Dimension);
        var random = new SeededRandom(seed);
        var seen = 0L;
        store.ReadVectors(source.Id, (_, _, bytes) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slot = seen < keep ? seen : (long)(random.NextUInt64() % (ulong)(seen + 1));
            if (slot < keep)
                VectorForm.Decode(source.Kind, bytes, sample.Row((int)slot));
            seen++;
        });
        return sample.Slice(0, (int)Math.Min(seen, keep));
    }

    private static int? FewestFor(Space space) => space switch
    {
        { Base: not null } => FewestToFitWithCopies,
        { PostProcessing.Kind: PostProcessingKind.WhitenCopies } => FewestToFitWithCopies,
        { PostProcessing.Kind: PostProcessingKind.Whiten } => FewestToFit,
        _ => null,
    };

    private static Matrix UnitLengths(Matrix raw)
    {
        var copy = new Matrix(raw.Rows, raw.Columns);
        raw.Span.CopyTo(copy.Span);
        for (var i = 0; i < copy.Rows; i++)
            VectorMath.NormalizeL2(copy.Row(i));
        return copy;
    }
}
