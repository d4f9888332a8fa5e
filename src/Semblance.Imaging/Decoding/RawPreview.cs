using System.Buffers.Binary;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// The JPEG that a camera put into its RAW file for viewers: its own rendering, often at full size, and hundred times cheaper
/// than developing the sensor's samples. It is found by its bytes, which is one way for all makers: each place where a JPEG
/// begins is followed through its segments to the frame header. Lossless JPEG, in which sensor samples are stored, is none.
/// </summary>
/// <param name="Offset">Where the JPEG begins; it ends where its end marker says.</param>
internal readonly record struct RawPreview(int Offset, int Width, int Height)
{
    private const int MostSegments = 64;
    private const int MostFound = 256;

    /// <summary>Files have one to four; each that is followed to its end costs a pass over its bytes.</summary>
    private const int MostWhole = 8;

    /// <summary>Those that are there from begin to end, the largest by pixels first.</summary>
    internal static List<RawPreview> Find(ReadOnlySpan<byte> bytes)
    {
        var whole = new List<RawPreview>();
        foreach (var preview in FindBegun(bytes).OrderByDescending(one => (long)one.Width * one.Height).Take(MostWhole))
        {
            if (HasEnd(bytes[preview.Offset..]))
                whole.Add(preview);
        }
        return whole;
    }

    private static List<RawPreview> FindBegun(ReadOnlySpan<byte> bytes)
    {
        var found = new List<RawPreview>();
        for (var at = 0; at + 4 < bytes.Length && found.Count < MostFound; at += 3)
        {
            var next = bytes[at..].IndexOf([(byte)0xFF, (byte)0xD8, (byte)0xFF]);
            if (next < 0)
                break;
            at += next;
            if (FrameSize(bytes[at..]) is not var (width, height))
                continue;
            if (width > 0 && height > 0)
                found.Add(new RawPreview(at, width, height));
        }
        return found;
    }

    // Where a JPEG breaks off, other data of the file follows: sooner or later it has a marker that no scan can have, or it has none to the end.
    private static bool HasEnd(ReadOnlySpan<byte> jpeg)
    {
        var at = 2;
        var inScan = false;
        while (at + 2 <= jpeg.Length)
        {
            if (inScan)
            {
                var next = jpeg[at..].IndexOf((byte)0xFF);
                if (next < 0)
                    return false;
                at += next;
            }
            if (jpeg[at] != 0xFF || at + 2 > jpeg.Length)
                return false;
            switch (jpeg[at + 1])
            {
                case 0xD9:
                    return inScan;
                // A fill byte before a marker.
                case 0xFF:
                    at++;
                    continue;
                // A value of 255, and restarts.
                case 0x00 or (>= 0xD0 and <= 0xD7) when inScan:
                    at += 2;
                    continue;
                case (>= 0xC0 and <= 0xC2) or 0xC4 or (>= 0xDA and <= 0xDD) or (>= 0xE0 and <= 0xEF) or 0xFE when at + 4 <= jpeg.Length:
                    inScan = inScan || jpeg[at + 1] == 0xDA;
                    at += 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]));
                    continue;
                default:
                    return false;
            }
        }
        return false;
    }

    // ITU T.81: baseline (C0), extended (C1) and progressive (C2) frames of 8 bits with one or three components, and a scan behind them.
    private static (int Width, int Height)? FrameSize(ReadOnlySpan<byte> jpeg)
    {
        (int Width, int Height)? size = null;
        var at = 2;
        for (var segment = 0; segment < MostSegments && at + 10 <= jpeg.Length && jpeg[at] == 0xFF; segment++)
        {
            var marker = jpeg[at + 1];
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            switch (marker)
            {
                case 0xDA:
                    return size;
                case >= 0xC0 and <= 0xC2 when jpeg[at + 4] == 8 && length >= 8 && jpeg[at + 9] is 1 or 3:
                    size = (BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 5)..]));
                    break;
                case >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC:
                    return null;
            }
            if (length < 2)
                return null;
            at += 2 + length;
        }
        return null;
    }
}
