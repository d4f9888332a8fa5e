namespace Semblance.Imaging.Decoding;

/// <summary>The orientation that an EXIF block, or a RAW file, states; for blocks that do not come through libvips.</summary>
internal static class ExifOrientation
{
    /// <summary>1 to 8; 1 where nothing is stated.</summary>
    internal static int Read(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
            block = block[6..];
        return TiffReader.TryOpen(block, out var reader) && reader.Directories() is [var first, ..] && reader.Number(first, TiffTag.Orientation) is { } value and >= 1 and <= 8 ? (int)value : 1;
    }
}
