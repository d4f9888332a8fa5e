using System.Globalization;
using System.Text.Json;

namespace Semblance.Imaging.Metadata;

/// <summary>
/// The JSON that Google Photos exports beside each picture: <c>photoTakenTime.timestamp</c> (seconds of UTC as text), <c>geoData</c> and
/// <c>geoDataExif</c> (0, 0 where no place is known), <c>description</c>. Other JSON says nothing.
/// </summary>
internal static class GoogleJson
{
    private const long SecondsADay = 86_400;

    internal static PhotoFacts Read(ReadOnlyMemory<byte> json)
    {
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            // Of pages and other things a description says nothing about a picture.
            if (Member(root, "photoTakenTime") is not { } takenTime)
                return PhotoFacts.None;
            var taken = Local(Member(takenTime, "timestamp"));
            return new PhotoFacts
            {
                Taken = taken?.DateTime,
                TakenOffset = taken?.Offset,
                Location = Place(Member(root, "geoData")) ?? Place(Member(root, "geoDataExif")),
                Description = Member(root, "description") is { ValueKind: JsonValueKind.String } text ? PhotoText.Clean(text.GetString()) : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is no valid UTF-8 or UTF-16.
            return PhotoFacts.None;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    /// <summary>An instant on this machine's clock: which clock the camera went by is not written down.</summary>
    private static DateTimeOffset? Local(JsonElement? timestamp)
    {
        var text = timestamp is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value ? value.ToString() : "";
        // Google writes 0 where it knows no time.
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds != 0
            && seconds > DateTimeOffset.MinValue.ToUnixTimeSeconds() + SecondsADay && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds() - SecondsADay
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime()
            : null;
    }

    private static GeoPoint? Place(JsonElement? data) =>
        data is { } place ? GeoPoint.At(Number(place, "latitude"), Number(place, "longitude"), Number(place, "altitude")) : null;

    private static double? Number(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) ? value : null;
}
