using System.Globalization;

namespace Semblance.Filtering;

/// <summary>Terms over ordered quantities. A written value stands for an interval (a year, a rounded number, one byte count); comparisons go by its ends.</summary>
internal static class Ranges
{
    private const string SizeForm = "a size such as >2MB, 100KB..2MB or 4096";
    private const string DateForm = "a date such as 2020, 2020-05, 2020-05-17 or 2020..2021";
    private const string RatingForm = "a rating of -1 (rejected) to 5 stars such as 5, >=3 or 3..5";
    private const string MegapixelForm = "megapixels such as 12, >=3 or 3..6";

    public static ItemTerm Date(string value, int position)
    {
        var (low, high) = Parse(value, position, DateForm, ParseDate);
        return new ItemTerm(item => Within(FilterFields.DateOf(item).Ticks, low, high));
    }

    public static ItemTerm Size(string value, int position)
    {
        var (low, high) = Parse(value, position, SizeForm, ParseSize);
        return new ItemTerm(item => Within(item.Size, low, high));
    }

    /// <param name="quantity">Null where it is not known, which passes no term.</param>
    public static ItemTerm Count(string value, int position, string form, Func<GalleryItem, int?> quantity)
    {
        var (low, high) = Parse(value, position, form, ParseCount);
        return new ItemTerm(item => quantity(item) is { } count && Within(count, low, high));
    }

    /// <summary>A picture that nobody rated has no stars.</summary>
    public static ItemTerm Rating(string value, int position)
    {
        var (low, high) = Parse(value, position, RatingForm, ParseRating);
        return new ItemTerm(item => Within(item.Photo.Rating ?? 0, low, high));
    }

    /// <summary>Compared in pixels, so that no fraction is rounded twice.</summary>
    public static ItemTerm Megapixels(string value, int position)
    {
        var exact = value.Contains("..", StringComparison.Ordinal) || value[0] is '<' or '>';
        var (low, high) = Parse(value, position, MegapixelForm, text => ParseMegapixels(text, rounded: !exact));
        return new ItemTerm(item => Within((decimal)item.Width * item.Height, low, high));
    }

    private static bool Within(decimal x, decimal? low, decimal? high) => (low is null || x >= low) && (high is null || x <= high);

    /// <summary>Both ends included; null is open.</summary>
    /// <param name="parse">The interval that a written value stands for, both ends included, or null when it is not in the form.</param>
    private static (decimal? Low, decimal? High) Parse(string value, int position, string form, Func<string, (decimal Low, decimal High)?> parse)
    {
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

        (decimal Low, decimal High) Single(string text, int at) => parse(text) ?? throw new FilterException(at, text, form);
    }

    private static (decimal, decimal)? ParseDate(string text)
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

    private static readonly (string Format, int Length, Func<DateTime, DateTime> Next)[] s_dateForms =
    [
        ("yyyy", 4, start => start.AddYears(1)),
        ("yyyy-MM", 7, start => start.AddMonths(1)),
        ("yyyy-MM-dd", 10, start => start.AddDays(1)),
    ];

    private static (decimal, decimal)? ParseSize(string text)
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
        if (unit is null || Number(digits) is not { } number || number > 1e12m)
            return null;
        var bytes = decimal.Round(number * unit.Value);
        return (bytes, bytes);
    }

    private static (decimal, decimal)? ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? (count, count) : null;

    private static (decimal, decimal)? ParseRating(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stars) && stars is >= -1 and <= 5 ? (stars, stars) : null;

    private static (decimal, decimal)? ParseMegapixels(string text, bool rounded)
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
