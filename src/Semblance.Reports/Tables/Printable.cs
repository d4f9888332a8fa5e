using System.Globalization;
using System.Text;

namespace Semblance.Reports.Tables;

/// <summary>Text for people: names of files can hold line breaks and terminal commands, which must not reach a terminal.</summary>
internal static class Printable
{
    /// <summary>Control, format and line-separator characters as escapes (<c>\n</c>, <c>\u001b</c>), and a backslash before them doubled only where it would be misread.</summary>
    public static string Of(string text)
    {
        var clean = true;
        foreach (var character in text)
            clean &= !IsUnsafe(character);
        if (clean)
            return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            _ = (character, IsUnsafe(character)) switch
            {
                ('\n', _) => escaped.Append("\\n"),
                ('\r', _) => escaped.Append("\\r"),
                ('\t', _) => escaped.Append("\\t"),
                (_, true) => escaped.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture)),
                _ => escaped.Append(character),
            };
        }
        return escaped.ToString();
    }

    // Format characters include the marks that turn the direction of text, which can disguise a name's extension.
    private static bool IsUnsafe(char character) => char.IsControl(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1e3:0.#} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.#} MB",
        _ => $"{bytes / 1e9:0.##} GB",
    };

    public static string Count(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count:N0} {many}";

    public static string Pictures(long count) => Count(count, "picture", "pictures");

    /// <summary>"42 s", "3 min 5 s", "2 h 10 min".</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 10 => $"{seconds:0.0} s",
        < 60 => $"{seconds:0} s",
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60} s",
        _ => $"{(int)seconds / 3600} h {(int)seconds % 3600 / 60} min",
    };
}
