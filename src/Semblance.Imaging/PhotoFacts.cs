using Semblance.Imaging.Metadata;

namespace Semblance.Imaging;

/// <summary>
/// What a camera or a photo program wrote down about a picture: EXIF, XMP, or a file beside it. Everything may be missing, and
/// what cannot be true (the 31st of June, a latitude of 200°, a fraction over nothing) counts as missing.
/// </summary>
public sealed record PhotoFacts
{
    /// <summary>Grows when the reader learns to read more, so that who stores facts can read them again.</summary>
    public const int ReaderVersion = 1;

    public static PhotoFacts None { get; } = new();

    /// <summary>
    /// When the picture was taken, on the clock of the place it was taken at, with fractions of a second where they are known.
    /// In this order: EXIF DateTimeOriginal, DateTimeDigitized, DateTime, XMP.
    /// </summary>
    public DateTime? Taken { get; init; }

    /// <summary>How far that clock was ahead of UTC, where it is known. Only with <see cref="Taken"/>.</summary>
    public TimeSpan? TakenOffset { get; init; }

    /// <summary>Make and model; the model alone where it begins with the make.</summary>
    public string? Camera { get; init; }

    /// <summary>Model of the lens.</summary>
    public string? Lens { get; init; }

    /// <summary>Sensitivity, above 0.</summary>
    public int? Iso { get; init; }

    /// <summary>Exposure time in seconds, above 0.</summary>
    public double? ExposureTime { get; init; }

    /// <summary>Aperture as an f-number, above 0.</summary>
    public double? Aperture { get; init; }

    /// <summary>True focal length in millimetres, above 0.</summary>
    public double? FocalLength { get; init; }

    public GeoPoint? Location { get; init; }

    /// <summary>-1 (rejected), 0 (no stars) to 5 stars.</summary>
    public int? Rating { get; init; }

    /// <summary>A caption; at most 4,096 characters are kept.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// Reads raw metadata as every decoder can hand it over. Whatever the bytes are, the answer is facts, never an exception.
    /// </summary>
    /// <param name="exif">A TIFF structure, with or without <c>Exif\0\0</c> or HEIF's offset before it; also a whole TIFF or RAW file. May be empty.</param>
    /// <param name="xmp">An XMP packet; empty takes the one that the TIFF structure holds, if any.</param>
    public static PhotoFacts Read(ReadOnlySpan<byte> exif, ReadOnlySpan<byte> xmp)
    {
        var facts = ExifReader.Read(exif, out var embedded);
        return facts.CompletedBy(XmpReader.Read(xmp.IsEmpty ? embedded : xmp));
    }

    /// <summary>Reads the JSON that Google Photos exports beside each picture; other JSON, and what is none, says nothing.</summary>
    public static PhotoFacts ReadGoogleJson(ReadOnlyMemory<byte> json) => GoogleJson.Read(json);

    /// <summary>
    /// These facts, with what they lack taken from others. Of rating and description the others' win: those are what programs
    /// write later, into XMP or beside the picture, and leave the camera's block as it was.
    /// </summary>
    public PhotoFacts CompletedBy(PhotoFacts others) => new()
    {
        Taken = Taken ?? others.Taken,
        TakenOffset = Taken is null ? others.TakenOffset : TakenOffset,
        Camera = Camera ?? others.Camera,
        Lens = Lens ?? others.Lens,
        Iso = Iso ?? others.Iso,
        ExposureTime = ExposureTime ?? others.ExposureTime,
        Aperture = Aperture ?? others.Aperture,
        FocalLength = FocalLength ?? others.FocalLength,
        Location = Location ?? others.Location,
        Rating = others.Rating ?? Rating,
        Description = others.Description ?? Description,
    };
}
