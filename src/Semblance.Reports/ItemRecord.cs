using System.Globalization;
using System.Text.Json.Serialization;
using Semblance.Imaging;
using Semblance.Reports.Tables;

namespace Semblance.Reports;

/// <summary>One picture of a gallery as <c>export</c> writes it. <see cref="GalleryItem"/> and <see cref="PhotoFacts"/> say what the members mean.</summary>
/// <param name="Modified">ISO 8601, UTC.</param>
/// <param name="Taken">ISO 8601 on the clock of the place, with a fraction and the offset from UTC where they are known.</param>
/// <param name="PHash">Sixteen hexadecimal digits.</param>
/// <param name="Sidecars">Paths of the files that belong to it.</param>
public sealed record ItemRecord(
    long Id,
    string Path,
    string Label,
    IReadOnlyList<string> Tags,
    string Format,
    int Width,
    int Height,
    long Bytes,
    string Modified,
    string? Taken,
    string? Camera,
    string Sha256,
    [property: JsonPropertyName("phash")] string PHash,
    [property: JsonPropertyName("dhash")] string DHash,
    string? Lens,
    int? Iso,
    double? Exposure,
    double? Aperture,
    double? FocalLength,
    double? Latitude,
    double? Longitude,
    double? Altitude,
    int? Rating,
    string? Description,
    IReadOnlyList<string> Sidecars)
{
    public static ItemRecord Of(GalleryItem item, IReadOnlyList<string> tags, IReadOnlyList<string> sidecars)
    {
        ArgumentNullException.ThrowIfNull(item);
        var photo = item.Photo;
        return new(
            item.Id,
            item.Path,
            item.Label,
            tags,
            item.Format,
            item.Width,
            item.Height,
            item.Size,
            Values.Time(DateTime.SpecifyKind(item.Modified, DateTimeKind.Utc)),
            TimeTaken(photo),
            item.Camera,
            item.Hash,
            Hex(item.PHash),
            Hex(item.DHash),
            photo.Lens,
            photo.Iso,
            photo.ExposureTime,
            photo.Aperture,
            photo.FocalLength,
            photo.Location?.Latitude,
            photo.Location?.Longitude,
            photo.Location?.Altitude,
            photo.Rating,
            photo.Description,
            sidecars);
    }

    private static string? TimeTaken(PhotoFacts photo) => photo.Taken is not { } taken ? null
        : taken.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)
        + (photo.TakenOffset is { } offset ? (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh':'mm", CultureInfo.InvariantCulture) : "");

    private static string Hex(ulong code) => code.ToString("x16", CultureInfo.InvariantCulture);
}
