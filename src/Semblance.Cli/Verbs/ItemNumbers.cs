using System.Globalization;
using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

/// <summary>Numbers of pictures as users type them.</summary>
internal static class ItemNumbers
{
    /// <exception cref="UsageException">Not <c>N</c> or <c>id:N</c>.</exception>
    public static long Parse(string text) =>
        long.TryParse(text.StartsWith("id:", StringComparison.Ordinal) ? text.AsSpan(3) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new UsageException($"'{text}' is not the number of a picture; search and export print them.");
}
