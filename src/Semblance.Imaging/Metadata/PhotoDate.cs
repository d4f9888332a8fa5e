using System.Globalization;
using System.Text.RegularExpressions;

namespace Semblance.Imaging.Metadata;

/// <summary>Dates as cameras and programs write them: EXIF's <c>2021:07:30 18:05:59</c>, XMP's ISO 8601 and what lies between.</summary>
internal static partial class PhotoDate
{
    /// <summary>The oldest photograph that is left. Anything before it is an unset field.</summary>
    private const int FirstYear = 1826;

    private const int MostTextLength = 64;

    /// <summary>A date of EXIF, which has a day and nearly always a time. The fraction and the offset are fields of their own there.</summary>
    internal static (DateTime Time, TimeSpan? Offset)? OfExif(string? text, string? fraction, string? offset)
    {
        if (Parse(text) is not { HasDay: true } date)
            return null;
        var time = date.Time;
        if (fraction is not null && Fraction(fraction) is { } ticks)
            time = new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond) + ticks);
        return (time, Offset(offset) ?? date.Offset);
    }

    /// <summary>A date of XMP, which may be no more than a year.</summary>
    internal static (DateTime Time, TimeSpan? Offset)? OfXmp(string? text) => Parse(text) is { } date ? (date.Time, date.Offset) : null;

    private static (DateTime Time, TimeSpan? Offset, bool HasDay)? Parse(string? text)
    {
        if (text is null || text.Length > MostTextLength || Form().Match(text) is not { Success: true } match)
            return null;
        var (year, month, day) = (Number(match, "y", 0), Number(match, "m", 1), Number(match, "d", 1));
        var (hour, minute, second) = (Number(match, "h", 0), Number(match, "n", 0), Number(match, "s", 0));
        if (year < FirstYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return null;
        var time = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified).AddTicks(Fraction(match.Groups["f"].Value) ?? 0);
        return (time, Offset(match.Groups["z"].Value), match.Groups["d"].Success);
    }

    private static int Number(Match match, string group, int without) =>
        match.Groups[group] is { Success: true } digits ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : without;

    /// <summary>Ticks of the digits behind a point; null where there are none.</summary>
    private static long? Fraction(string digits)
    {
        digits = digits.Trim();
        const int TickDigits = 7;
        return digits.Length > 0 && digits.All(char.IsAsciiDigit)
            ? long.Parse(digits.PadRight(TickDigits, '0').AsSpan(0, TickDigits), NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
    }

    private static TimeSpan? Offset(string? text)
    {
        if (text is null || text.Length > MostTextLength || OffsetForm().Match(text) is not { Success: true } match)
            return null;
        if (!match.Groups["h"].Success)
            return TimeSpan.Zero;
        var offset = new TimeSpan(Number(match, "h", 0), Number(match, "n", 0), 0);
        // The widest that is in use is +14:00.
        if (offset > TimeSpan.FromHours(14) || Number(match, "n", 0) > 59)
            return null;
        return match.Groups["sign"].ValueSpan is "-" ? -offset : offset;
    }

    [GeneratedRegex(@"\A\s*(?<y>[0-9]{4})(?:[:\-/.](?<m>[0-9]{1,2})(?:[:\-/.](?<d>[0-9]{1,2})(?:[ T]\s*(?<h>[0-9]{1,2}):(?<n>[0-9]{1,2})(?::(?<s>[0-9]{1,2})(?:[.,](?<f>[0-9]+))?)?\s*(?<z>Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?\s*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A\s*(?:Z|(?<sign>[+-])(?<h>[0-9]{2}):?(?<n>[0-9]{2}))\s*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex OffsetForm();
}
