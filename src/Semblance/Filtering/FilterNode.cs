using System.Globalization;

namespace Semblance.Filtering;

/// <summary>
/// A filter as data: a closed set of records, each of which can test a picture and print itself as text of the grammar that reads back
/// as the same. What a term over a field asks of a data base, <see cref="FilterField.Column"/> says; a store looks each term up by itself and
/// combines the sets.
/// </summary>
internal abstract record FilterNode
{
    /// <summary>False where <see cref="Matches"/> never looks at tags.</summary>
    public abstract bool NeedsTags { get; }

    public abstract bool Matches(GalleryItem item, IReadOnlyList<string> tags);

    /// <summary>In the grammar of <see cref="Filter"/>.</summary>
    public abstract override string ToString();

    private protected static string Nested(FilterNode node) => node is AllOf or AnyOf ? $"({node})" : node.ToString();

    private protected static bool Same(IReadOnlyList<FilterNode> one, IReadOnlyList<FilterNode> other) => one.SequenceEqual(other);

    private protected static int Hash(IReadOnlyList<FilterNode> nodes)
    {
        var hash = default(HashCode);
        foreach (var node in nodes)
            hash.Add(node);
        return hash.ToHashCode();
    }
}

/// <summary>True without nodes.</summary>
internal sealed record AllOf(IReadOnlyList<FilterNode> Nodes) : FilterNode
{
    public override bool NeedsTags => Nodes.Any(node => node.NeedsTags);

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags)
    {
        foreach (var node in Nodes)
        {
            if (!node.Matches(item, tags))
                return false;
        }
        return true;
    }

    public bool Equals(AllOf? other) => other is not null && Same(Nodes, other.Nodes);

    public override int GetHashCode() => Hash(Nodes);

    public override string ToString() => string.Join(' ', Nodes.Select(Nested));
}

internal sealed record AnyOf(IReadOnlyList<FilterNode> Nodes) : FilterNode
{
    public override bool NeedsTags => Nodes.Any(node => node.NeedsTags);

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags)
    {
        foreach (var node in Nodes)
        {
            if (node.Matches(item, tags))
                return true;
        }
        return false;
    }

    public bool Equals(AnyOf? other) => other is not null && Same(Nodes, other.Nodes);

    public override int GetHashCode() => Hash(Nodes);

    public override string ToString() => string.Join(" OR ", Nodes.Select(Nested));
}

internal sealed record Not(FilterNode Node) : FilterNode
{
    public override bool NeedsTags => Node.NeedsTags;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => !Node.Matches(item, tags);

    public override string ToString() => "-" + Nested(Node);
}

/// <summary>A text of the picture that is known and fits.</summary>
internal sealed record TextTerm(TextField Field, TextPattern Pattern) : FilterNode
{
    public override bool NeedsTags => false;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => Field.Value(item) is { } text && Pattern.Fits(text);

    public override string ToString() => $"{Field.Name}:{Pattern}";
}

/// <summary>A whole number of the picture that is known and lies between two, which are included; null is open.</summary>
internal sealed record RangeTerm(NumberField Field, long? Low, long? High) : FilterNode
{
    public override bool NeedsTags => false;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => Field.Value(item) is { } number && Contains(number);

    public bool Contains(long number) => (Low is null || number >= Low) && (High is null || number <= High);

    public override string ToString() => Field.Print(this);
}

/// <summary>Whether it is known where the picture was taken.</summary>
internal sealed record PlaceTerm(bool IsKnown) : FilterNode
{
    public override bool NeedsTags => false;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => item.Photo.Location is not null == IsKnown;

    public override string ToString() => IsKnown ? "gps:yes" : "gps:no";
}

/// <summary>Taken in a box of degrees, borders included; a box whose west is east of its east crosses the date line.</summary>
internal sealed record BoxTerm(double South, double West, double North, double East) : FilterNode
{
    public override bool NeedsTags => false;

    public bool CrossesDateLine => West > East;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => item.Photo.Location is { } place
        && place.Latitude >= South && place.Latitude <= North
        && (CrossesDateLine ? place.Longitude >= West || place.Longitude <= East : place.Longitude >= West && place.Longitude <= East);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"gps:{South:F17},{West:F17}..{North:F17},{East:F17}");
}

/// <summary>Taken within a distance of a place.</summary>
internal sealed record NearTerm(double Latitude, double Longitude, double Metres) : FilterNode
{
    /// <summary>Of a great circle; a little less, so that what is measured on the sphere is never left out.</summary>
    private const double MetresPerDegree = 111_000;

    public override bool NeedsTags => false;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => item.Photo.Location is { } place && Includes(place.Latitude, place.Longitude);

    /// <summary>No place within the distance is farther north or south; with a little to spare for rounding.</summary>
    public double Degrees => (Metres / MetresPerDegree) + 1e-6;

    public bool Includes(double latitude, double longitude) => new Imaging.GeoPoint(latitude, longitude).MetresTo(new Imaging.GeoPoint(Latitude, Longitude)) <= Metres;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"near:{Latitude:F17},{Longitude:F17},{Metres:F17}m");
}

/// <summary>Has a tag that fits.</summary>
internal sealed record TagTerm(TextPattern Pattern) : FilterNode
{
    public override bool NeedsTags => true;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags)
    {
        foreach (var tag in tags)
        {
            if (Pattern.Fits(tag))
                return true;
        }
        return false;
    }

    public override string ToString() => $"tag:{Pattern}";
}

/// <summary>A bare word: in the file's name or in a tag.</summary>
internal sealed record WordTerm(TextPattern Pattern) : FilterNode
{
    public override bool NeedsTags => true;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => FitsName(item.Path) || new TagTerm(Pattern).Matches(item, tags);

    public bool FitsName(string path) => Pattern.Fits(Path.GetFileName(path));

    public override string ToString() => Pattern.ToString();
}

/// <summary>How the sides of the upright picture compare.</summary>
internal sealed record ShapeTerm(PictureShape Shape) : FilterNode
{
    public override bool NeedsTags => false;

    public override bool Matches(GalleryItem item, IReadOnlyList<string> tags) => Fits(item.Width, item.Height);

    public bool Fits(long width, long height) => Shape switch
    {
        PictureShape.Portrait => height > width,
        PictureShape.Landscape => width > height,
        PictureShape.Square => width == height,
        _ => width >= 2 * height,
    };

    public override string ToString() => "orientation:" + Shape.ToString().ToLowerInvariant();
}

internal enum PictureShape
{
    Portrait,
    Landscape,
    Square,

    /// <summary>Twice as wide as high, or more; also a landscape.</summary>
    Panorama,
}
