using System.Buffers.Binary;
using System.Text;
using Semblance.Imaging;

namespace Semblance.Testing;

/// <summary>EXIF blocks written by hand, and pictures stored turned as their block says.</summary>
public static class TestExif
{
    /// <summary>A little-endian block with what nearly every camera writes.</summary>
    public static byte[] Block(int orientation = 1, string? make = null, string? model = null, DateTime? taken = null)
    {
        var block = new ExifBlock();
        if (make is not null)
            block.Main.Text(0x010F, make);
        if (model is not null)
            block.Main.Text(0x0110, model);
        block.Main.Short(0x0112, (ushort)orientation);
        if (taken is not null)
            block.Exif.Text(0x9003, $"{taken:yyyy:MM:dd HH:mm:ss}");
        return block.ToArray();
    }

    /// <summary>A JPEG with the block as its first segment after the start marker.</summary>
    public static byte[] IntoJpeg(byte[] jpeg, byte[] block)
        => IntoJpegAsApp1(jpeg, [.. "Exif\0\0"u8, .. block]);

    /// <summary>A JPEG with an XMP packet in a segment of its own.</summary>
    public static byte[] XmpIntoJpeg(byte[] jpeg, byte[] packet) => IntoJpegAsApp1(jpeg, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. packet]);

    private static byte[] IntoJpegAsApp1(byte[] jpeg, byte[] payload)
    {
        var size = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(size, checked((ushort)(payload.Length + 2)));
        return [0xFF, 0xD8, 0xFF, 0xE1, .. size, .. payload, .. jpeg.AsSpan(2)];
    }

    public static byte[] IntoPng(byte[] png, byte[] block) => PngChunks.InsertAfterHeader(png, "eXIf", block);

    /// <summary>A PNG with an XMP packet in an uncompressed iTXt chunk.</summary>
    public static byte[] XmpIntoPng(byte[] png, byte[] packet) => PngChunks.InsertAfterHeader(png, "iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. packet]);

    /// <summary>
    /// A WebP with metadata in the place of what its encoder wrote: an extended file (VP8X), which alone has room for it.
    /// </summary>
    public static byte[] IntoWebP(byte[] webp, int width, int height, byte[]? block = null, byte[]? packet = null)
    {
        var flags = (byte)((block is null ? 0 : 8) | (packet is null ? 0 : 4));
        byte[] extended = [flags, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0];
        byte[] chunks =
        [
            .. "WEBP"u8,
            .. RiffChunk("VP8X", extended),
            .. RiffPixels(webp),
            .. block is null ? [] : RiffChunk("EXIF", block),
            .. packet is null ? [] : RiffChunk("XMP ", packet),
        ];
        return RiffChunk("RIFF", chunks);
    }

    private static byte[] RiffPixels(byte[] webp)
    {
        for (var at = 12; at < webp.Length;)
        {
            var end = at + 8 + BitConverter.ToInt32(webp, at + 4);
            end += end % 2;
            if (webp.AsSpan(at).StartsWith("VP8 "u8) || webp.AsSpan(at).StartsWith("VP8L"u8))
                return webp[at..end];
            at = end;
        }
        throw new ArgumentException("There are no pixels in it.", nameof(webp));
    }

    private static byte[] RiffChunk(string type, byte[] data) =>
        [.. Encoding.ASCII.GetBytes(type), .. BitConverter.GetBytes((uint)data.Length), .. data, .. new byte[data.Length % 2]];

    /// <summary>The samples as a camera stores them that was held so that orientation (1 to 8) turns them upright again.</summary>
    public static Picture Stored(Picture upright, int orientation)
    {
        var (w, h) = (upright.Width, upright.Height);
        var turned = orientation >= 5;
        return TestPictures.Draw(turned ? h : w, turned ? w : h, "stored", (x, y) => orientation switch
        {
            2 => upright.At(w - 1 - x, y),
            3 => upright.At(w - 1 - x, h - 1 - y),
            4 => upright.At(x, h - 1 - y),
            5 => upright.At(y, x),
            6 => upright.At(w - 1 - y, x),
            7 => upright.At(w - 1 - y, h - 1 - x),
            8 => upright.At(y, h - 1 - x),
            _ => upright.At(x, y),
        });
    }
}
