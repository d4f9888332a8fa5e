using System.Globalization;

namespace Semblance.Imaging.Decoding;

/// <summary>What an EXIF block, or the directories of a RAW file, say of a picture; for files that do not come through libvips.</summary>
internal readonly record struct ExifFacts(int Orientation, DateTime? Taken, string? Camera)
{
    internal static ExifFacts Read(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
            block = block[6..];
        if (!TiffReader.TryOpen(block, out var reader) || reader.Directories(TiffTag.ExifDirectory) is not [var first, ..] directories)
            return new ExifFacts(1, null, null);
        DateTime? taken = null;
        foreach (var directory in directories)
        {
            if (taken is null && DateTime.TryParseExact(reader.Text(directory, TiffTag.DateTimeOriginal), "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                taken = time;
        }
        var orientation = reader.Number(first, TiffTag.Orientation) is { } value and >= 1 and <= 8 ? (int)value : 1;
        return new ExifFacts(orientation, taken, HeaderFacts.Camera(reader.Text(first, TiffTag.Make), reader.Text(first, TiffTag.Model)));
    }
}
