using System.Globalization;

namespace Semblance.Filtering;

/// <summary>Terms over ordered quantities. A written value stands for an interval (a year, a rounded number, one byte count); comparisons go by its ends.</summary>
internal static class Ranges
{
    /// <summary>Both ends included; null is open.</summary>
    /// <param name="parse">
    /// The interval that a written value stands for, both ends included, or null when it is not in the form; told whether it stands alone, not in a range or behind
    /// a sign.
    /// </param>
    public static (decimal? Low, decimal? High) Parse(string value, int position, string form, Func<string, bool, (decimal Low, decimal High)?> parse)
    {
        var alone = !value.Contains("..", StringComparison.Ordinal) && value[0] is not ('<' or '>');
        var dots = value.IndexOf("..", StringComparison.Ordinal);
        if (dots >= 0)
        {
            var (from, to) = (value[..dots], value[(dots + 2)..]);
            if (from.Length == 0 && to.Length == 0)
                throw new FilterException(position, value, form);
            decimal? low = from.Length == 0 ? null : Single(from, position).Low;
            decimal? high = to.Length == 0 ? null : Single(to, position + dots + 2).High;
            if (low > high)
                throw new FilterException(position, value, "a range whose start is not after its end");
            return (low, high);
        }
        var sign = value.Length > 1 && value[1] == '=' && value[0] is '<' or '>' && value.StartsWith(value[0] + "=", StringComparison.Ordinal)
            ? value[..2]
            : value[0] is '<' or '>' or '=' ? value[..1] : "";
        var single = Single(value[sign.Length..], position + sign.Length);
        // Quantities are integers (ticks, bytes, pixels), so "more than" is "at least one more".
        return sign switch
        {
            ">" => (single.High + 1, null),
            ">=" => (single.Low, null),
            "<" => (null, single.Low - 1),
            "<=" => (null, single.High),
            _ => single,
        };

        (decimal Low, decimal High) Single(string text, int at) => parse(text, alone) ?? throw new FilterException(at, text, form);
    }

    public static (decimal Low, decimal High)? ParseDate(string text)
    {
        foreach (var (format, length, step) in s_dateForms)
        {
            if (text.Length == length
                && DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var start))
            {
                // The last representable year has no successor.
                var last = start.Year == 9999 ? DateTime.MaxValue.Ticks : step(start).Ticks - 1;
                return (start.Ticks, last);
            }
        }
        return null;
    }

    /// <summary>The day that a bound of a date belongs to; null where no day is that early or late.</summary>
    public static string? WriteDate(long ticks) =>
        ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    /// <summary>The least whole number that a lower bound allows.</summary>
    public static long? Ceiling(decimal? bound) => bound is { } low ? Clamp(decimal.Ceiling(low)) : null;

    /// <summary>The greatest whole number that an upper bound allows.</summary>
    public static long? Floor(decimal? bound) => bound is { } high ? Clamp(decimal.Floor(high)) : null;

    private static long Clamp(decimal number) => (long)Math.Clamp(number, long.MinValue, long.MaxValue);

    private static readonly (string Format, int Length, Func<DateTime, DateTime> Next)[] s_dateForms =
    [
        ("yyyy", 4, start => start.AddYears(1)),
        ("yyyy-MM", 7, start => start.AddMonths(1)),
        ("yyyy-MM-dd", 10, start => start.AddDays(1)),
    ];

    public static (decimal Low, decimal High)? ParseSize(string text)
    {
        var digits = text.TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".ToCharArray());
        decimal? unit = text[digits.Length..].ToUpperInvariant() switch
        {
            "" or "B" => 1m,
            "K" or "KB" => 1e3m,
            "M" or "MB" => 1e6m,
            "G" or "GB" => 1e9m,
            "T" or "TB" => 1e12m,
            "KIB" => 1024m,
            "MIB" => 1024m * 1024,
            "GIB" => 1024m * 1024 * 1024,
            "TIB" => 1024m * 1024 * 1024 * 1024,
            _ => null,
        };
        // Bytes alone may be any that a file can have.
        if (unit is null || Number(digits) is not { } number || number > (unit == 1 ? long.MaxValue : 1e12m))
            return null;
        var bytes = decimal.Round(number * unit.Value);
        return (bytes, bytes);
    }

    public static (decimal Low, decimal High)? ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? (count, count) : null;

    public static (decimal Low, decimal High)? ParseRating(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stars) && stars is >= -1 and <= 5 ? (stars, stars) : null;

    public static (decimal Low, decimal High)? ParseMegapixels(string text, bool rounded)
    {
        if (Number(text) is not { } number || number > 1e9m)
            return null;
        var pixels = number * 1e6m;
        if (!rounded)
            return (pixels, pixels);
        var point = text.IndexOf('.');
        var half = 0.5e6m;
        for (var decimals = point < 0 ? 0 : text.Length - point - 1; decimals > 0; decimals--)
            half /= 10;
        return half < 1 ? (pixels, pixels) : (pixels - half, pixels + half - 1);
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
