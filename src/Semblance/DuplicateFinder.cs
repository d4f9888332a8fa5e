using Semblance.Duplicates;
using Semblance.Features;
using Semblance.Numerics;
using Semblance.Spaces;

namespace Semblance;

/// <summary>
/// Finds groups of copies among a gallery's present pictures. It only proposes: <see cref="DuplicateActions"/> acts, when told to.
/// </summary>
public sealed class DuplicateFinder
{
    private readonly Func<IReadOnlyList<GalleryItem>> _items;
    private readonly Func<CancellationToken, INeighbourSearch> _search;
    private readonly Func<ScoreScale> _scale;
    private readonly bool _seesShape;

    public DuplicateFinder(Gallery gallery)
        : this(
            () => [.. gallery.Store.Items()],
            cancel => (INeighbourSearch?)gallery.OpenActive(cancel) ?? new MatrixNeighbours([], new Matrix(0, 0)),
            () => gallery.Scale,
            gallery.Space is not { } space || Embedders.SeesShape(space.Model))
    {
    }

    /// <param name="items">Present pictures.</param>
    /// <param name="vectors">L2-normalised search vectors <c>[n, d]</c> with their item ids; asked for by the embedding method only.</param>
    /// <param name="seesShape">False for vectors of colours alone: then pictures must agree by their pixels, too.</param>
    public DuplicateFinder(
        Func<IReadOnlyList<GalleryItem>> items,
        Func<CancellationToken, (long[] Ids, Matrix Vectors)> vectors,
        Func<ScoreScale> scale,
        bool seesShape = true)
        : this(items, MatrixNeighbours.Over(vectors), scale, seesShape)
    {
    }

    private DuplicateFinder(Func<IReadOnlyList<GalleryItem>> items, Func<CancellationToken, INeighbourSearch> search, Func<ScoreScale> scale, bool seesShape)
    {
        _items = items;
        _search = search;
        _scale = scale;
        _seesShape = seesShape;
    }

    /// <summary>
    /// Groups of two and more, by id of the kept picture. A picture is in one group at most; see <see cref="DuplicateGroup"/> for what
    /// ties a group together.
    /// </summary>
    public IReadOnlyList<DuplicateGroup> Find(DuplicateMethod method, DuplicateOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DuplicateOptions();
        var items = _items();
        return method switch
        {
            DuplicateMethod.Exact => Group(items, new SameBytes(items), options, cancellationToken),
            DuplicateMethod.Near => Group(items, new HashNeighbours(items, options.MaxHamming, new PixelAgreement(items).Agree), options, cancellationToken),
            DuplicateMethod.Embedding => ByVectors(items, options, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method of finding duplicates."),
        };
    }

    private static IReadOnlyList<DuplicateGroup> Group(IReadOnlyList<GalleryItem> items, INeighbours neighbours, DuplicateOptions options, CancellationToken cancellationToken) =>
        StarGrouping.Group(items, neighbours, options.Keep, cancellationToken);

    private IReadOnlyList<DuplicateGroup> ByVectors(IReadOnlyList<GalleryItem> items, DuplicateOptions options, CancellationToken cancellationToken)
    {
        var minScore = options.MinScore ?? _scale().Words.First(word => word.Word == ScoreWord.NearDuplicate).MinScore;
        var search = _search(cancellationToken);
        // A gallery's own search stays with the gallery.
        using var own = search as MatrixNeighbours;
        var neighbours = new SpaceNeighbours(items, search, minScore);
        return Group(items, _seesShape ? neighbours : new ConfirmedNeighbours(neighbours, items), options, cancellationToken);
    }
}
