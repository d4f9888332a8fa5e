using Semblance.Imaging;

namespace Semblance.Reports.Sheets;

/// <summary>A small copy of a picture as a data URI, or the reason why there is none.</summary>
/// <param name="Width">Of the copy, in pixels.</param>
/// <param name="OriginalWidth">Of the upright original.</param>
internal sealed record Thumbnail(string? DataUri, int Width, int Height, int OriginalWidth, int OriginalHeight, string? Problem)
{
    public const int MaxSide = 200;

    private const int Quality = 78;

    public static Thumbnail Make(SheetPicture picture)
    {
        DecodeResult decoded;
        // Short side of the original at full scale is unknown before the header is read; twice the thumbnail serves all but long panoramas.
        var options = new DecodeOptions { MinimumSide = MaxSide };
        if (picture.Bytes is { } bytes)
            decoded = PictureDecoder.Shared.Decode(bytes, options);
        else if (picture.Location is null)
            return Failed("no picture was given");
        else if (!File.Exists(picture.Location))
            return Failed("the file is missing");
        else
            decoded = PictureDecoder.Shared.DecodeFile(picture.Location, options);
        if (decoded.Picture is not { } full)
            return Failed(decoded.Failure!.Message);
        var scale = Math.Min(1, (double)MaxSide / Math.Max(full.Width, full.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(full.Width * scale)), Math.Max(1, (int)Math.Round(full.Height * scale)));
        var small = scale < 1 ? full.Resize(width, height) : full;
        var encoded = PictureEncoder.Encode(small, PictureFormat.WebP, Quality);
        return new Thumbnail($"data:image/webp;base64,{Convert.ToBase64String(encoded)}", width, height, full.Facts.Width, full.Facts.Height, null);
    }

    private static Thumbnail Failed(string problem) => new(null, 0, 0, 0, 0, problem);
}
