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

    /// <summary>The largest by pixels, or null.</summary>
    internal static RawPreview? FindLargest(ReadOnlySpan<byte> bytes)
    {
        RawPreview? largest = null;
        var found = 0;
        for (var at = 0; at + 4 < bytes.Length && found < MostFound; at += 3)
        {
            var next = bytes[at..].IndexOf([(byte)0xFF, (byte)0xD8, (byte)0xFF]);
            if (next < 0)
                break;
            at += next;
            if (FrameSize(bytes[at..]) is not var (width, height))
                continue;
            found++;
            if ((long)width * height > (largest is { } l ? (long)l.Width * l.Height : 0))
                largest = new RawPreview(at, width, height);
        }
        return largest;
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
