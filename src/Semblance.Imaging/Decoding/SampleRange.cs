using System.Globalization;
using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Which sample value of a TIFF is black and which is white, for samples that are not plain 8 or 16 bits: floats, 32-bit and
/// signed numbers. The file says it (SMinSampleValue, SMaxSampleValue), or the samples do: the smallest of the usual ranges
/// that they lie in, or, where they fill no usual range, their own least and greatest value. Few samples far off the others are no
/// range (a hot pixel, an infinite that was cut), and samples that stand for "nothing was measured here" are black.
/// </summary>
/// <param name="NoData">The value of samples that hold none, as libvips reads it.</param>
internal readonly record struct SampleRange(double Black, double White, double? NoData = null)
{
    /// <summary>A usual range is taken for the file's when the samples reach this share of it.</summary>
    private const double Reach = 1 / 16.0;

    /// <summary>Where all samples spread so many times wider than most of them, those that do not belong to most are outliers.</summary>
    private const double OutlierSpread = 16;

    private const double OutlierShare = 0.005;

    /// <summary>Writers print the value with six digits or more.</summary>
    private const double NoDataSlack = 2e-6;

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

    /// <summary>How far from <paramref name="noData"/> a sample still holds none.</summary>
    internal static double Slack(double noData) => NoDataSlack * Math.Abs(noData);

    /// <summary>The value of samples that hold none, as libvips reads it; null where the file names none.</summary>
    internal static double? FindNoData(ReadOnlySpan<byte> tiff, VipsImage header)
    {
        if (!TiffReader.TryOpen(tiff, out var reader) || reader.Directories() is not [var first, ..] || reader.Text(first, TiffTag.GdalNoData) is not { } text)
            return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite((float)value))
            return null;
        return IsTurned(reader, first) && Top(header) is { } top ? top - value : value;
    }

    /// <param name="tiff">A file for which <see cref="IsNeeded"/> is true.</param>
    /// <param name="least">Least sample as libvips reads it, of those that hold data.</param>
    /// <param name="some">Some of the samples, evenly spread over the picture.</param>
    internal static SampleRange Find(ReadOnlySpan<byte> tiff, VipsImage header, double least, double greatest, float[] some, double? noData)
    {
        if (!TiffReader.TryOpen(tiff, out var reader) || reader.Directories() is not [var first, ..])
            return default;
        // libvips hands out numbers of "white is zero" turned over already, taken from their type's greatest, and floats as they are.
        var turned = IsTurned(reader, first);
        var top = Top(header);
        var (low, high) = turned && top is { } t ? (t - greatest, t - least) : (least, greatest);
        if (Named(reader, first) is not { } range)
        {
            range = Usual(low, high, top) ?? new SampleRange(low, high);
            // Floats from 0 to 1 are what they say, however dark.
            if (range is not (0, 1, _) && WithoutOutliers(some, noData) is var (from, to) && high - low > OutlierSpread * (to - from))
            {
                (low, high) = turned && top is { } whole ? (whole - to, whole - from) : (from, to);
                range = Usual(low, high, top) ?? new SampleRange(low, high);
            }
        }
        range = !turned ? range : top is { } end ? new SampleRange(end - range.White, end - range.Black) : new SampleRange(range.White, range.Black);
        return range with { NoData = noData };
    }

    /// <summary>A sample in the middle of those that hold data; null where none does.</summary>
    internal static float? Middle(float[] some, double? noData) => Valid(some, noData) is { Length: > 0 } valid ? valid[valid.Length / 2] : null;

    // Null where most samples have one value: a drawing on plain ground has no outliers but its lines.
    private static (double From, double To)? WithoutOutliers(float[] some, double? noData)
    {
        var valid = Valid(some, noData);
        if (valid.Length == 0)
            return null;
        var cut = (int)Math.Ceiling(OutlierShare * valid.Length);
        var (from, to) = (valid[Math.Min(cut, valid.Length - 1)], valid[Math.Max(0, valid.Length - 1 - cut)]);
        return from < to ? (from, to) : null;
    }

    private static float[] Valid(float[] some, double? noData)
    {
        var valid = Array.FindAll(some, value => float.IsFinite(value) && !(noData is { } none && Math.Abs(value - none) <= Slack(none)));
        Array.Sort(valid);
        return valid;
    }

    private static bool IsTurned(TiffReader reader, long directory) => reader.Number(directory, TiffTag.Photometric) is TiffTag.WhiteIsZero;

    /// <summary>The type's greatest number, or null for floats.</summary>
    private static double? Top(VipsImage header) => header.SampleKind switch
    {
        VipsSampleKind.UnsignedInt => uint.MaxValue,
        VipsSampleKind.UnsignedShort => ushort.MaxValue,
        VipsSampleKind.Int => int.MaxValue,
        VipsSampleKind.Short => short.MaxValue,
        VipsSampleKind.SignedByte => sbyte.MaxValue,
        _ => null,
    };

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
