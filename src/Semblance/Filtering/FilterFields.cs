using System.Globalization;

namespace Semblance.Filtering;

/// <summary>The catalogue of fields of the filter grammar. A new field is one entry here; where it needs a column, the schema has that.</summary>
internal static class FilterFields
{
    private const string PixelForm = "a number of pixels such as >=1000 or 640..1920";

    /// <summary>Date of exposure, else the file's time on this machine's clock.</summary>
    public static NumberField Date { get; } = new("date", null, "a date such as 2020, 2020-05, 2020-05-17 or 2020..2021", static item => DateOf(item).Ticks, static (text, _) => Ranges.ParseDate(text))
    {
        Write = Ranges.WriteDate,
    };

    public static TextField Path { get; } = new("path", "path", TextMatch.Path, static item => item.Path);

    public static TextField FileName { get; } = new("name", "path", TextMatch.FileName, static item => item.Path);

    public static IReadOnlyList<FilterField> All { get; } =
    [
        new TextField("label", "label", TextMatch.Whole, static item => item.Label),
        new OtherField("tag", static (value, _) => new TagTerm(new TextPattern(value, TextMatch.Whole))),
        FileName,
        Path,
        Date,
        new NumberField("size", "size", "a size such as >2MB, 100KB..2MB or 4096", static item => item.Size, static (text, _) => Ranges.ParseSize(text)),
        new NumberField("width", "width", PixelForm, static item => item.Width, static (text, _) => Ranges.ParseCount(text)),
        new NumberField("height", "height", PixelForm, static item => item.Height, static (text, _) => Ranges.ParseCount(text)),
        // Compared in pixels, so that no fraction is rounded twice.
        new NumberField("mp", "width * height", "megapixels such as 12, >=3 or 3..6", static item => (long)item.Width * item.Height, static (text, alone) => Ranges.ParseMegapixels(text, rounded: alone))
        {
            Write = static pixels => (pixels / 1e6m).ToString("0.######", CultureInfo.InvariantCulture),
        },
        new OtherField("orientation", Orientation),
        new TextField("camera", "camera", TextMatch.Part, static item => item.Camera),
        new TextField("format", "format", TextMatch.Whole, static item => item.Format) { Meaning = FormatName },
        new TextField("lens", "lens", TextMatch.Part, static item => item.Photo.Lens),
        new NumberField("iso", "iso", "an ISO sensitivity such as 400, >=800 or 100..800", static item => item.Photo.Iso, static (text, _) => Ranges.ParseCount(text)),
        // A picture that nobody rated has no stars.
        new NumberField("rating", "coalesce(rating, 0)", "a rating of -1 (rejected) to 5 stars such as 5, >=3 or 3..5", static item => item.Photo.Rating ?? 0, static (text, _) => Ranges.ParseRating(text)),
        new OtherField("gps", Places.Gps),
        new OtherField("near", Places.Near),
        new TextField("description", "description", TextMatch.Part, static item => item.Photo.Description),
    ];

    public static FilterField? Find(string name) => All.FirstOrDefault(field => field.Name == name);

    public static WordTerm BareWord(string value) => new(new TextPattern(value, TextMatch.Part));

    /// <summary>The date that <c>date:</c> and the keep policies go by.</summary>
    public static DateTime DateOf(GalleryItem item) => item.Taken ?? item.Modified.ToLocalTime();

    private static string FormatName(string value) => value.ToLowerInvariant() switch
    {
        "jpg" => "jpeg",
        "tif" => "tiff",
        var other => other,
    };

    private static FilterNode Orientation(string value, int position) =>
        Enum.TryParse<PictureShape>(value, ignoreCase: true, out var shape) && Enum.IsDefined(shape) && !char.IsAsciiDigit(value[0])
            ? new ShapeTerm(shape)
            : throw new FilterException(position, value, "portrait, landscape, square or panorama");
}
