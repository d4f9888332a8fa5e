namespace Semblance.Imaging.Decoding;

/// <summary>
/// Tells a camera's RAW file by its bytes. Most are TIFF structures: the maker's mark, a directory of colour-filter samples or
/// the version of DNG sets them apart from pictures.
/// </summary>
internal static class RawFormat
{
    private static readonly (byte[] Magic, int Offset, string Format)[] s_marks =
    [
        ("FUJIFILMCCD-RAW"u8.ToArray(), 0, "raf"),
        ("ftypcrx "u8.ToArray(), 4, "cr3"),
        ("IIU\0"u8.ToArray(), 0, "rw2"),
        ("IIRO"u8.ToArray(), 0, "orf"),
        ("IIRS"u8.ToArray(), 0, "orf"),
        ("MMOR"u8.ToArray(), 0, "orf"),
    ];

    private static readonly (string Make, string Format)[] s_makers =
    [
        ("canon", "cr2"),
        ("nikon", "nef"),
        ("sony", "arw"),
        ("pentax", "pef"),
        ("ricoh", "pef"),
        ("samsung", "srw"),
    ];

    /// <summary>Names as <see cref="PictureFacts.Format"/> has them.</summary>
    internal static readonly string[] All = ["dng", "cr2", "cr3", "nef", "arw", "raf", "rw2", "orf", "pef", "srw"];

    /// <summary>The RAW format of the bytes, or null.</summary>
    internal static string? Of(ReadOnlySpan<byte> bytes)
    {
        foreach (var (magic, offset, format) in s_marks)
        {
            if (bytes.Length >= offset + magic.Length && bytes.Slice(offset, magic.Length).SequenceEqual(magic))
                return format;
        }
        if (!TiffReader.TryOpen(bytes, out var reader))
            return null;
        if (bytes[8..].StartsWith("CR\x02"u8))
            return "cr2";
        var directories = reader.Directories(TiffTag.SubDirectories);
        if (directories.Count == 0)
            return null;
        if (reader.Numbers(directories[0], TiffTag.DngVersion).Length > 0)
            return "dng";
        foreach (var directory in directories)
        {
            if (reader.Number(directory, TiffTag.Photometric) is TiffTag.ColourFilterArray or TiffTag.LinearRaw)
            {
                var make = reader.Text(directories[0], TiffTag.Make) ?? "";
                return Array.Find(s_makers, maker => make.StartsWith(maker.Make, StringComparison.OrdinalIgnoreCase)).Format ?? "dng";
            }
        }
        return null;
    }

    /// <summary>Size of the largest directory of sensor samples, as stored; null where the structure does not say.</summary>
    internal static (int Width, int Height)? Size(ReadOnlySpan<byte> bytes)
    {
        if (!TiffReader.TryOpen(bytes, out var reader))
            return null;
        (int Width, int Height)? largest = null;
        foreach (var directory in reader.Directories(TiffTag.SubDirectories))
        {
            if (reader.Number(directory, TiffTag.Photometric) is TiffTag.ColourFilterArray or TiffTag.LinearRaw
                && reader.Number(directory, TiffTag.Width) is { } width and >= 1 and <= 1e6
                && reader.Number(directory, TiffTag.Height) is { } height and >= 1 and <= 1e6
                && width * height > (largest is { } l ? (double)l.Width * l.Height : 0))
            {
                largest = ((int)width, (int)height);
            }
        }
        return largest;
    }
}
