using System.Globalization;

namespace Semblance.Reports.Tables;

/// <summary>Single values as text.</summary>
internal static class Values
{
    /// <summary>As scripts read it: invariant culture, ISO 8601 dates, lower-case truth values.</summary>
    /// <param name="separator">Between the texts of a list.</param>
    public static string Plain(object? value, char separator = ' ') => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        DateTime time => Time(time),
        IEnumerable<string> texts => string.Join(separator, texts),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>As people read it.</summary>
    public static string Shown(object? value) => value switch
    {
        long number => number.ToString("N0", CultureInfo.InvariantCulture),
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        float number => number.ToString("0.###", CultureInfo.InvariantCulture),
        double number => number.ToString("0.###", CultureInfo.InvariantCulture),
        bool truth => truth ? "yes" : "no",
        _ => Plain(value),
    };

    /// <summary>ISO 8601 to the second; with <c>Z</c> where the time is UTC.</summary>
    public static string Time(DateTime time) => time.ToString(time.Kind == DateTimeKind.Utc ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
}
