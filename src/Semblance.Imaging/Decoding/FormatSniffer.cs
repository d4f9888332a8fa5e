using System.Text;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Format by the first bytes. Names formats that cannot be decoded too, so that the message can say what a file is.
/// </summary>
internal static class FormatSniffer
{
    /// <summary>How far into a text the root element of an SVG may lie behind comments and a document type.</summary>
    private const int SvgProlog = 4096;

    private static readonly (byte[] Magic, int Offset, string Format)[] s_magics =
    [
        ([0xFF, 0xD8, 0xFF], 0, "jpeg"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], 0, "png"),
        ("WEBP"u8.ToArray(), 8, "webp"),
        ("GIF87a"u8.ToArray(), 0, "gif"),
        ("GIF89a"u8.ToArray(), 0, "gif"),
        ([0x49, 0x49, 0x2A, 0x00], 0, "tiff"),
        ([0x4D, 0x4D, 0x00, 0x2A], 0, "tiff"),
        ([0x49, 0x49, 0x2B, 0x00], 0, "tiff"),
        ([0x4D, 0x4D, 0x00, 0x2B], 0, "tiff"),
        ("ftypavif"u8.ToArray(), 4, "avif"),
        ("ftypavis"u8.ToArray(), 4, "avif"),
        ("ftypheic"u8.ToArray(), 4, "heic"),
        ("ftypheix"u8.ToArray(), 4, "heic"),
        ("ftyphevc"u8.ToArray(), 4, "heic"),
        ("ftypheim"u8.ToArray(), 4, "heic"),
        ("ftypheis"u8.ToArray(), 4, "heic"),
        ([0xFF, 0x0A], 0, "jpeg-xl"),
        ("JXL \r\n"u8.ToArray(), 4, "jpeg-xl"),
        ("jP  \r\n"u8.ToArray(), 4, "jpeg-2000"),
        ([0xFF, 0x4F, 0xFF, 0x51], 0, "jpeg-2000"),
        ("8BPS"u8.ToArray(), 0, "psd"),
        ([0x76, 0x2F, 0x31, 0x01], 0, "exr"),
        ([0x00, 0x00, 0x01, 0x00], 0, "ico"),
        ("%PDF-"u8.ToArray(), 0, "pdf"),
        ([0x1F, 0x8B], 0, "gzip"),
    ];

    /// <summary>Format's name as <see cref="PictureFacts.Format"/> has it, or null where the bytes are of no known format.</summary>
    internal static string? Sniff(ReadOnlySpan<byte> bytes)
    {
        // Most RAW files begin as a TIFF does, so they are asked for first.
        if (RawFormat.Of(bytes) is { } raw)
            return raw;
        foreach (var (magic, offset, format) in s_magics)
        {
            if (bytes.Length >= offset + magic.Length && bytes.Slice(offset, magic.Length).SequenceEqual(magic))
                return format;
        }
        if (bytes.Length >= 12 && (bytes[4..].StartsWith("ftypmif1"u8) || bytes[4..].StartsWith("ftypmsf1"u8)))
            return ByCompatibleBrand(bytes);
        if (NetpbmReader.Recognises(bytes))
            return "pnm";
        if (IsBmp(bytes))
            return "bmp";
        return IsSvg(bytes) ? "svg" : null;
    }

    // The neutral brands of HEIF say nothing of the codec; the list of compatible brands behind them does.
    private static string ByCompatibleBrand(ReadOnlySpan<byte> bytes)
    {
        var box = bytes[..Math.Min(bytes.Length, Math.Max(12, (int)bytes[3]))];
        return box.IndexOf("heic"u8) >= 0 || box.IndexOf("hevc"u8) >= 0 || box.IndexOf("heix"u8) >= 0 ? "heic" : "avif";
    }

    // "BM" alone begins many a text; the size of the second header is one of a few.
    private static bool IsBmp(ReadOnlySpan<byte> bytes)
        => bytes.Length >= 18 && bytes.StartsWith("BM"u8) && bytes[14] is 12 or 40 or 52 or 56 or 64 or 108 or 124 && bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0;

    private static bool IsSvg(ReadOnlySpan<byte> bytes)
    {
        var start = bytes[..Math.Min(bytes.Length, SvgProlog)];
        Encoding? utf16 = start switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };
        var text = (utf16 ?? Encoding.Latin1).GetString(start);
        var first = text.AsSpan().TrimStart("\uFEFF\u00EF\u00BB\u00BF \t\r\n");
        if (first.IsEmpty || first[0] != '<')
            return false;
        var root = text.IndexOf("<svg", StringComparison.Ordinal);
        return root >= 0 || (text.Contains(":svg", StringComparison.Ordinal) && text.Contains("http://www.w3.org/2000/svg", StringComparison.Ordinal));
    }
}
