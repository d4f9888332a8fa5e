using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// The EXIF blocks of a PNG, also where libvips does not look: in an eXIf chunk behind the pixels, which the
/// standard allows, or in a compressed text as ImageMagick and others wrote it before there was a chunk.
/// </summary>
internal static class PngExif
{
    /// <summary>Texts that unpack to more are passed over; an EXIF block has at most 64 KB, twice as many hexadecimal digits.</summary>
    private const int MostText = 1 << 18;

    private static readonly string[] s_keywords = ["Raw profile type exif", "Raw profile type APP1"];

    /// <summary>1 to 8; 1 where no block turns the picture.</summary>
    internal static int Orientation(ReadOnlySpan<byte> png)
    {
        foreach (var block in Blocks(png))
        {
            if (ExifOrientation.Read(block) is > 1 and var orientation)
                return orientation;
        }
        return 1;
    }

    internal static PhotoFacts Photo(ReadOnlySpan<byte> png) =>
        Blocks(png).Aggregate(PhotoFacts.None, (facts, block) => facts.CompletedBy(PhotoFacts.Read(block, [])));

    /// <summary>In the order of the file.</summary>
    private static List<byte[]> Blocks(ReadOnlySpan<byte> png)
    {
        var blocks = new List<byte[]>();
        long at = 8;
        while (at + 12 <= png.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png[(int)at..]);
            if (at + 12 + length > png.Length)
                break;
            var data = png.Slice((int)at + 8, (int)length);
            var type = png.Slice((int)at + 4, 4);
            if (type.SequenceEqual("eXIf"u8))
                blocks.Add(data.ToArray());
            else if (type.SequenceEqual("zTXt"u8) && ReadText(data) is { } block)
                blocks.Add(block);
            at += 12L + length;
        }
        return blocks;
    }

    // Keyword, 0, method 0, zlib. Unpacked: a name, the number of bytes, and the bytes as hexadecimal digits, on lines.
    private static byte[]? ReadText(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf((byte)0);
        if (end < 0 || end + 2 > data.Length || !s_keywords.Contains(Encoding.Latin1.GetString(data[..end]), StringComparer.Ordinal))
            return null;
        var text = new byte[MostText];
        int read;
        try
        {
            using var unpacked = new ZLibStream(new MemoryStream(data[(end + 2)..].ToArray()), CompressionMode.Decompress);
            read = unpacked.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return null;
        }
        var words = Encoding.Latin1.GetString(text, 0, read).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var digits = string.Concat(words.Skip(2));
        return read < MostText && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }
}
