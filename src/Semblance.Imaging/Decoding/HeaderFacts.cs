using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>What a loaded header says, with the metadata that libvips found in it.</summary>
internal static class HeaderFacts
{
    /// <param name="elsewhere">Orientation by a block that libvips does not see; counts where it sees none.</param>
    internal static PictureFacts Read(VipsImage header, string format, ReadOnlySpan<byte> file, int elsewhere = 1)
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
            Photo(header, format, file));
    }

    /// <summary>A TIFF file is an EXIF structure itself, and of a PNG libvips hands over only what stands before the pixels.</summary>
    private static PhotoFacts Photo(VipsImage header, string format, ReadOnlySpan<byte> file) => format switch
    {
        "tiff" => PhotoFacts.Read(file, header.Blob("xmp-data")),
        "png" => PngExif.Photo(file).CompletedBy(PhotoFacts.Read([], header.Blob("xmp-data"))),
        _ => PhotoFacts.Read(header.Blob("exif-data"), header.Blob("xmp-data")),
    };
}
