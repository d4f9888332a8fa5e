using System.Buffers.Binary;

namespace Semblance.Decoder;

/// <summary>
/// Who wrote a PSD decides how its merged picture is to be read: Photoshop lays translucent pixels over white before it stores
/// them, ImageMagick stores the colours as they are. Photoshop, and programs that write as it does, leave a version block
/// (image resource 1057: Adobe Photoshop File Formats Specification, "Image Resources"); ImageMagick does not.
/// </summary>
internal static class PsdWriter
{
    private const int HeaderBytes = 26;
    private const int VersionInfo = 1057;

    internal static bool BlendsWithWhite(ReadOnlySpan<byte> file)
    {
        long at = HeaderBytes;
        if (!TryLength(file, at, out var colours))
            return false;
        at += 4 + colours;
        if (!TryLength(file, at, out var resources))
            return false;
        at += 4;
        var end = Math.Min(file.Length, at + resources);
        // "8BIM", identifier, a name padded to even, length, data padded to even.
        while (at + 12 <= end && file.Slice((int)at, 4).SequenceEqual("8BIM"u8))
        {
            var identifier = BinaryPrimitives.ReadUInt16BigEndian(file[(int)(at + 4)..]);
            if (identifier == VersionInfo)
                return true;
            at += 6 + ((file[(int)(at + 6)] + 2L) & ~1L);
            if (!TryLength(file, at, out var length))
                return false;
            at += 4 + ((length + 1) & ~1L);
        }
        return false;
    }

    private static bool TryLength(ReadOnlySpan<byte> file, long at, out long length)
    {
        length = at + 4 <= file.Length ? BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]) : 0;
        return at + 4 <= file.Length;
    }
}
