using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Semblance.Testing;

/// <summary>Files made to hurt a decoder: huge by their header, huge by their metadata, or reaching outside.</summary>
public static class HostileBytes
{
    public const int BombSide = 60_000;

    /// <summary>Formats of <see cref="HeaderBomb"/>.</summary>
    public static IReadOnlyList<string> BombFormats { get; } = ["png", "jpg", "gif", "tif", "webp", "svg", "pgm"];

    /// <summary>
    /// A few hundred bytes whose header promises 60,000 x 60,000 pixels (WebP: 16,383 x 16,383, the most its header can say).
    /// </summary>
    public static byte[] HeaderBomb(string format)
    {
        var small = TestPictures.Gradient(16, 16);
        switch (format)
        {
            case "png":
                return [.. PngChunks.Signature, .. PngChunks.Header(BombSide, BombSide), .. PngChunks.Chunk("IDAT", PngChunks.Compressed(1000)), .. PngChunks.Chunk("IEND", [])];
            case "jpg":
                {
                    var jpeg = PictureBytes.Jpeg(small);
                    var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
                    BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), BombSide);
                    BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), BombSide);
                    return jpeg;
                }
            case "gif":
                {
                    // The logical screen and the frame: readers distrust a screen that no frame fills.
                    var gif = PictureBytes.Gif(small);
                    var frame = gif.AsSpan().IndexOf([(byte)0x2C, (byte)0, (byte)0, (byte)0, (byte)0, (byte)16, (byte)0, (byte)16, (byte)0]);
                    foreach (var place in (int[])[6, 8, frame + 5, frame + 7])
                        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(place), BombSide);
                    return gif;
                }
            case "tif":
                {
                    var tiff = PictureBytes.Tiff(small);
                    var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
                    for (var entry = directory + 2; entry < directory + 2 + (12 * BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(directory))); entry += 12)
                    {
                        if (BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(entry)) is 256 or 257)
                            BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(entry + 8), BombSide);
                    }
                    return tiff;
                }
            case "webp":
                {
                    // A lossy frame: start code 9D 01 2A, then width and height of 14 bits each (RFC 6386, 9.1).
                    var webp = PictureBytes.WebP(small);
                    var frame = webp.AsSpan().IndexOf([(byte)0x9D, (byte)0x01, (byte)0x2A]);
                    BinaryPrimitives.WriteUInt16LittleEndian(webp.AsSpan(frame + 3), 16383);
                    BinaryPrimitives.WriteUInt16LittleEndian(webp.AsSpan(frame + 5), 16383);
                    // The extended header repeats the size, less one, in 24 bits each.
                    if (webp.AsSpan(12, 4).SequenceEqual("VP8X"u8))
                        ((byte[])[0xFE, 0x3F, 0, 0xFE, 0x3F, 0]).CopyTo(webp, 24);
                    return webp;
                }
            case "svg":
                return PictureBytes.Svg("<rect width=\"100%\" height=\"100%\" fill=\"red\"/>", string.Create(CultureInfo.InvariantCulture, $"width=\"{BombSide}\" height=\"{BombSide}\""));
            case "pgm":
                return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P5 {BombSide} {BombSide} 255\n    "));
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "No bomb of this format.");
        }
    }

    /// <summary>A good JPEG behind comments of the given size.</summary>
    public static byte[] JpegWithComments(int bytes)
    {
        var jpeg = PictureBytes.Jpeg(TestPictures.Gradient(64, 48));
        var segment = new byte[65535 + 2];
        segment[0] = 0xFF;
        segment[1] = 0xFE;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), 65535);
        using var file = new MemoryStream(bytes + jpeg.Length);
        file.Write(jpeg, 0, 2);
        for (var written = 0; written < bytes; written += segment.Length)
            file.Write(segment);
        file.Write(jpeg, 2, jpeg.Length - 2);
        return file.ToArray();
    }

    /// <summary>A good PNG with a compressed text (zTXt) or colour profile (iCCP) that unpacks to the given size.</summary>
    public static byte[] PngWithCompressed(string chunk, long unpackedBytes)
        => PngChunks.InsertAfterHeader(PictureBytes.Png(TestPictures.Gradient(64, 48)), chunk, [.. "name"u8, 0, 0, .. PngChunks.Compressed(unpackedBytes)]);

    /// <summary>Entities that multiply to 10^9 letters.</summary>
    public static byte[] SvgOfEntities()
    {
        var text = new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE svg [<!ENTITY a0 \"lol\">");
        for (var i = 1; i < 10; i++)
            text.Append(CultureInfo.InvariantCulture, $"<!ENTITY a{i} \"{string.Concat(Enumerable.Repeat($"&a{i - 1};", 10))}\">");
        return Encoding.UTF8.GetBytes(text + "]>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"80\"><text>&a9;</text></svg>");
    }

    /// <summary>A white picture unless something outside is fetched: a file by name and by URL, a style sheet, an entity, the network.</summary>
    /// <param name="picture">Full path of a picture of one strong colour.</param>
    public static byte[] SvgThatReachesOut(string picture, string url = "http://127.0.0.1:9/picture.png")
    {
        var folder = Path.GetDirectoryName(picture)!;
        var name = Path.GetFileName(picture);
        return Encoding.UTF8.GetBytes(
            $"""
            <?xml version="1.0"?>
            <?xml-stylesheet type="text/css" href="file://{folder}/style.css"?>
            <!DOCTYPE svg [<!ENTITY outside SYSTEM "file:///etc/passwd">]>
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" width="100" height="80">
            <style>@import url("file://{folder}/style.css"); @import url("{url}");</style>
            <rect width="100" height="80" fill="white"/>
            <image href="file://{picture}" width="100" height="80"/>
            <image xlink:href="file://{picture}" width="100" height="80"/>
            <image xlink:href="{picture}" width="100" height="80"/>
            <image href="{name}" width="100" height="80"/>
            <image href="./{name}" width="100" height="80"/>
            <image href="{url}" width="100" height="80"/>
            <use href="file://{folder}/other.svg#a" width="100" height="80"/>
            <filter id="f"><feImage href="file://{picture}" width="100" height="80"/></filter>
            <rect width="100" height="80" fill="white" filter="url(#f)" opacity="0.5"/>
            <xi:include href="file://{folder}/style.css" parse="text"/>
            <text y="40" fill="white">&outside;</text>
            </svg>
            """);
    }
}
