using System.Globalization;
using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>What a loaded header says, with EXIF fields as libvips presents them.</summary>
internal static class HeaderFacts
{
    /// <param name="elsewhere">Orientation by a block that libvips does not see; counts where it sees none.</param>
    internal static PictureFacts Read(VipsImage header, string format, int elsewhere = 1)
    {
        var orientation = header.Orientation is var o and > 1 and <= 8 ? o : elsewhere;
        var (width, height) = DecodePlan.IsTurned(orientation) ? (header.Height, header.Width) : (header.Width, header.Height);
        return new PictureFacts(
            format,
            width,
            height,
            orientation,
            header.HasAlpha,
            Math.Max(1, header.Pages),
            header.Has("icc-profile-data"),
            Taken(header),
            Camera(header));
    }

    private static DateTime? Taken(VipsImage header)
        => DateTime.TryParseExact(Exif(header, "exif-ifd2-DateTimeOriginal"), "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var taken) ? taken : null;

    private static string? Camera(VipsImage header) => Camera(Exif(header, "exif-ifd0-Make"), Exif(header, "exif-ifd0-Model"));

    internal static string? Camera(string? make, string? model)
    {
        if (make is null || model is null)
            return make ?? model;
        // Many makers repeat their name in the model.
        return model.StartsWith(make, StringComparison.OrdinalIgnoreCase) ? model : $"{make} {model}";
    }

    /// <summary>
    /// libvips gives an EXIF text as <c>value (value, ASCII, n components, m bytes)</c>; the value may hold anything, brackets too,
    /// so it is told by its length: what stands before <c>, ASCII, </c> is the value twice and two characters.
    /// </summary>
    private static string? Exif(VipsImage header, string field)
    {
        if (header.Text(field) is not { } text)
            return null;
        var end = text.LastIndexOf(", ASCII, ", StringComparison.Ordinal);
        if (end < 2)
            return null;
        var value = text[..((end - 2) / 2)].Trim();
        return value.Length > 0 ? value : null;
    }
}
