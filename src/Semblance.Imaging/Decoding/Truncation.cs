using System.Buffers.Binary;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Tells a file that was cut off from one that is damaged, by its own structure. Asked only after a decode has failed: the
/// library's error text is shared by all threads and decides nothing.
/// </summary>
internal static class Truncation
{
    internal static bool IsCutOff(string format, ReadOnlySpan<byte> bytes) => format switch
    {
        "jpeg" => JpegEndsEarly(bytes),
        "png" => PngEndsEarly(bytes),
        "gif" => !bytes.TrimEnd((byte)0).EndsWith(";"u8),
        "webp" => bytes.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L > bytes.Length,
        "avif" or "heic" => BoxesEndEarly(bytes),
        "jpeg-xl" or "jpeg-2000" => bytes.Length > 4 && bytes[0] == 0 && BoxesEndEarly(bytes),
        "psd" => PsdEndsEarly(bytes),
        "bmp" => bytes.Length > 6 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[2..]) > bytes.Length,
        "tiff" => TiffEndsEarly(bytes),
        "svg" => bytes.LastIndexOf("svg>"u8) < 0 && bytes.LastIndexOf("/>"u8) < 0,
        _ => false,
    };

    /// <summary>
    /// The same for formats whose library hands out a picture with holes in place of what is missing; asked before they are decoded.
    /// </summary>
    internal static bool LacksPixels(string format, ReadOnlySpan<byte> bytes) => format switch
    {
        "heic" => BoxesEnd(bytes) > bytes.Length,
        "psd" => PsdEndsEarly(bytes),
        _ => false,
    };

    // Walks the segments up to the scan, then looks for the end marker; a scan cannot hold FF D9 itself (FF is stuffed).
    private static bool JpegEndsEarly(ReadOnlySpan<byte> bytes)
    {
        var position = 2;
        while (position + 4 <= bytes.Length && bytes[position] == 0xFF)
        {
            var marker = bytes[position + 1];
            if (marker is 0xFF)
            {
                position++;
                continue;
            }
            if (marker == 0xDA)
                return bytes[position..].LastIndexOf([(byte)0xFF, (byte)0xD9]) < 0;
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(position + 2)..]);
        }
        return position + 4 > bytes.Length;
    }

    private static bool PngEndsEarly(ReadOnlySpan<byte> bytes)
    {
        long position = 8;
        while (position + 12 <= bytes.Length)
        {
            var chunk = bytes[(int)position..];
            if (chunk.Slice(4, 4).SequenceEqual("IEND"u8))
                return false;
            position += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }
        return true;
    }

    private static bool BoxesEndEarly(ReadOnlySpan<byte> bytes) => BoxesEnd(bytes) != bytes.Length;

    // Where the last box ends by its own length; the end of the bytes where a box says that it reaches there, or says nothing sensible.
    private static long BoxesEnd(ReadOnlySpan<byte> bytes)
    {
        long position = 0;
        while (position + 8 <= bytes.Length)
        {
            var size = (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[(int)position..]);
            if (size == 1 && position + 16 <= bytes.Length)
                size = (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(bytes[((int)position + 8)..]), long.MaxValue / 2);
            if (size < 8)
                return bytes.Length;
            position += size;
        }
        return position;
    }

    // Header, three sections with their length, then the planes: plain, or packed with the length of each row before them.
    private static bool PsdEndsEarly(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26)
            return true;
        var isLarge = bytes[5] == 2;
        long rows = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]) * (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[14..]);
        var rowBytes = ((BinaryPrimitives.ReadUInt32BigEndian(bytes[18..]) * (long)BinaryPrimitives.ReadUInt16BigEndian(bytes[22..])) + 7) / 8;
        long at = 26;
        for (var section = 0; section < 3; section++)
        {
            var size = isLarge && section == 2 ? 8 : 4;
            if (at < 0 || at + size > bytes.Length)
                return true;
            var length = bytes[(int)at..];
            at += size + (size == 8 ? BinaryPrimitives.ReadInt64BigEndian(length) : BinaryPrimitives.ReadUInt32BigEndian(length));
        }
        if (at < 0 || at + 2 > bytes.Length)
            return true;
        var packing = BinaryPrimitives.ReadUInt16BigEndian(bytes[(int)at..]);
        at += 2;
        if (packing == 0)
            return at + (rows * rowBytes) > bytes.Length;
        var count = isLarge ? 4 : 2;
        if (packing != 1 || at + (rows * count) > bytes.Length)
            return packing == 1;
        var end = at + (rows * count);
        for (var row = 0L; row < rows; row++)
        {
            var length = bytes[(int)(at + (row * count))..];
            end += count == 4 ? BinaryPrimitives.ReadUInt32BigEndian(length) : BinaryPrimitives.ReadUInt16BigEndian(length);
        }
        return end > bytes.Length;
    }

    // The directory, or the last strip or tile that it names, lies behind the end of the file.
    private static bool TiffEndsEarly(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8)
            return true;
        var little = bytes[0] == (byte)'I';
        if (Short(bytes, 2, little) != 42)
            return false;
        long directory = Long(bytes, 4, little);
        if (directory + 2 > bytes.Length)
            return true;
        var entries = Short(bytes, (int)directory, little);
        if (directory + 2 + (12L * entries) > bytes.Length)
            return true;
        var offsets = Array.Empty<uint>();
        var counts = Array.Empty<uint>();
        for (var i = 0; i < entries; i++)
        {
            var entry = (int)directory + 2 + (12 * i);
            var tag = Short(bytes, entry, little);
            if (tag is not (273 or 279 or 324 or 325))
                continue;
            if (!TryReadArray(bytes, entry, little, out var values))
                return true;
            if (tag is 273 or 324)
                offsets = values;
            else
                counts = values;
        }
        for (var i = 0; i < Math.Min(offsets.Length, counts.Length); i++)
        {
            if ((long)offsets[i] + counts[i] > bytes.Length)
                return true;
        }
        return false;
    }

    private static bool TryReadArray(ReadOnlySpan<byte> bytes, int entry, bool little, out uint[] values)
    {
        values = [];
        var size = Short(bytes, entry + 2, little) == 3 ? 2 : 4;
        long count = Long(bytes, entry + 4, little);
        long start = count * size <= 4 ? entry + 8 : Long(bytes, entry + 8, little);
        if (start + (count * size) > bytes.Length)
            return false;
        values = new uint[count];
        for (var i = 0; i < count; i++)
            values[i] = size == 2 ? Short(bytes, (int)start + (2 * i), little) : Long(bytes, (int)start + (4 * i), little);
        return true;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, int at, bool little)
        => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static uint Long(ReadOnlySpan<byte> bytes, int at, bool little)
        => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
