using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Which sample value of a TIFF is black and which is white, for samples that are not plain 8 or 16 bits: floats, 32-bit and
/// signed numbers. The file says it (SMinSampleValue, SMaxSampleValue), or the samples do: the smallest of the usual ranges
/// that they lie in, or, where they fill no usual range, their own least and greatest value.
/// </summary>
internal readonly record struct SampleRange(double Black, double White)
{
    /// <summary>A usual range is taken for the file's when the samples reach this share of it.</summary>
    private const double Reach = 1 / 16.0;

    private static readonly double[] s_usual = [1, byte.MaxValue, ushort.MaxValue];

    /// <summary>Black equals white or a bound is no number: there is nothing to scale by.</summary>
    internal bool IsEmpty => !double.IsFinite(Black) || !double.IsFinite(White) || Black == White;

    /// <summary>
    /// True where the samples need a range: TIFF samples that are not unsigned 8 or 16 bits, and 16-bit ones whose file names
    /// its own. CIE Lab has its own meaning and is left alone.
    /// </summary>
    internal static bool IsNeeded(ReadOnlySpan<byte> tiff, VipsImage header)
    {
        if (header.IsLab || !TiffReader.TryOpen(tiff, out var reader) || reader.Directories() is not [var first, ..] || reader.Number(first, TiffTag.Photometric) is TiffTag.CieLab)
            return false;
        return header.SampleKind switch
        {
            VipsSampleKind.Byte => false,
            VipsSampleKind.UnsignedShort => Named(reader, first) is not null,
            _ => true,
        };
    }

    /// <param name="tiff">A file for which <see cref="IsNeeded"/> is true.</param>
    /// <param name="least">Least sample as libvips reads it.</param>
    internal static SampleRange Find(ReadOnlySpan<byte> tiff, VipsImage header, double least, double greatest)
    {
        if (!TiffReader.TryOpen(tiff, out var reader) || reader.Directories() is not [var first, ..])
            return default;
        // libvips hands out numbers of "white is zero" turned over already, taken from their type's greatest, and floats as they are.
        var turned = reader.Number(first, TiffTag.Photometric) is TiffTag.WhiteIsZero;
        double? top = header.SampleKind switch
        {
            VipsSampleKind.UnsignedInt => uint.MaxValue,
            VipsSampleKind.UnsignedShort => ushort.MaxValue,
            VipsSampleKind.Int => int.MaxValue,
            VipsSampleKind.Short => short.MaxValue,
            VipsSampleKind.SignedByte => sbyte.MaxValue,
            _ => null,
        };
        var (low, high) = turned && top is { } t ? (t - greatest, t - least) : (least, greatest);
        var range = Named(reader, first) ?? Usual(low, high, top) ?? new SampleRange(low, high);
        return !turned ? range : top is { } end ? new SampleRange(end - range.White, end - range.Black) : new SampleRange(range.White, range.Black);
    }

    private static SampleRange? Named(TiffReader reader, long directory)
    {
        if (reader.Number(directory, TiffTag.SMaxSampleValue) is not { } white)
            return null;
        var range = new SampleRange(reader.Number(directory, TiffTag.SMinSampleValue) ?? 0, white);
        return range.IsEmpty || range.White < range.Black ? null : range;
    }

    /// <param name="top">The type's greatest number, or null for floats.</param>
    private static SampleRange? Usual(double low, double high, double? top)
    {
        if (low < 0)
            return null;
        foreach (var end in top is { } greatest ? [.. s_usual, greatest] : s_usual)
        {
            if (high <= end)
                return high > Reach * end ? new SampleRange(0, end) : null;
        }
        return null;
    }
}
