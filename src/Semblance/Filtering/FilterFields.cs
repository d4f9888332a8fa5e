namespace Semblance.Filtering;

/// <summary>What each field of the filter grammar means.</summary>
internal static class FilterFields
{
    public static IReadOnlyList<string> Known { get; } =
        ["label", "tag", "name", "path", "date", "size", "width", "height", "mp", "orientation", "camera", "format", "lens", "iso", "rating", "gps", "near", "description"];

    /// <param name="field">Lower case and known; null for a bare word.</param>
    /// <param name="position">Of the value in the filter text, for messages.</param>
    public static FilterNode Term(string? field, string value, int position) => field switch
    {
        null => BareWord(value),
        "label" => OfText(value, item => item.Label),
        "tag" => new TagTerm(Glob.OfText(value).Matches),
        "name" => Name(value),
        "path" => Path(value),
        "camera" => PartOf(value, item => item.Camera),
        "lens" => PartOf(value, item => item.Photo.Lens),
        "description" => PartOf(value, item => item.Photo.Description),
        "iso" => Ranges.Count(value, position, "an ISO sensitivity such as 400, >=800 or 100..800", item => item.Photo.Iso),
        "rating" => Ranges.Rating(value, position),
        "gps" => Places.Gps(value, position),
        "near" => Places.Near(value, position),
        "format" => OfText(FormatName(value), item => item.Format),
        "orientation" => Orientation(value, position),
        "date" => Ranges.Date(value, position),
        "size" => Ranges.Size(value, position),
        "width" => Ranges.Count(value, position, "a number of pixels such as >=1000 or 640..1920", item => item.Width),
        "height" => Ranges.Count(value, position, "a number of pixels such as >=1000 or 640..1920", item => item.Height),
        "mp" => Ranges.Megapixels(value, position),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "Not one of the known fields."),
    };

    /// <summary>The date that <c>date:</c> and the keep policies go by: exposure, else the file's time on this machine's clock.</summary>
    public static DateTime DateOf(GalleryItem item) => item.Taken ?? item.Modified.ToLocalTime();

    private static TagTerm BareWord(string value)
    {
        var test = PartOrGlob(value);
        return new TagTerm(test, item => test(System.IO.Path.GetFileName(item.Path)));
    }

    private static ItemTerm OfText(string value, Func<GalleryItem, string> text)
    {
        var glob = Glob.OfText(value);
        return new ItemTerm(item => glob.Matches(text(item)));
    }

    private static ItemTerm Name(string value)
    {
        var glob = Glob.OfText(value);
        return new ItemTerm(item =>
            glob.Matches(System.IO.Path.GetFileName(item.Path)) || glob.Matches(System.IO.Path.GetFileNameWithoutExtension(item.Path)));
    }

    private static ItemTerm Path(string value)
    {
        var glob = Glob.OfPath(value);
        return new ItemTerm(item => glob.MatchesPath(item.Path));
    }

    private static ItemTerm PartOf(string value, Func<GalleryItem, string?> text)
    {
        var test = PartOrGlob(value);
        return new ItemTerm(item => text(item) is { } known && test(known));
    }

    private static Func<string, bool> PartOrGlob(string value) =>
        Glob.HasWildcard(value) ? Glob.OfText(value).Matches : text => text.Contains(value, StringComparison.OrdinalIgnoreCase);

    private static string FormatName(string value) => value.ToLowerInvariant() switch
    {
        "jpg" => "jpeg",
        "tif" => "tiff",
        var other => other,
    };

    private static ItemTerm Orientation(string value, int position) => value.ToLowerInvariant() switch
    {
        "portrait" => new ItemTerm(item => item.Height > item.Width),
        "landscape" => new ItemTerm(item => item.Width > item.Height),
        "square" => new ItemTerm(item => item.Width == item.Height),
        "panorama" => new ItemTerm(item => item.Width >= 2L * item.Height),
        _ => throw new FilterException(position, value, "portrait, landscape, square or panorama"),
    };
}
