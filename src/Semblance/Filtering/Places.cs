using System.Globalization;
using Semblance.Imaging;

namespace Semblance.Filtering;

/// <summary>Terms over the place where a picture was taken.</summary>
internal static class Places
{
    private const string GpsForm = "yes, no or a box south,west..north,east such as 48.8,2.2..48.9,2.5 (a circle is near:48.86,2.35,5km)";
    private const string NearForm = "latitude,longitude,distance such as 48.86,2.35,5km (or m, mi)";

    /// <summary>Whether there is a place at all, or whether it lies in a box; a box whose west is east of its east crosses the date line.</summary>
    public static FilterNode Gps(string value, int position)
    {
        switch (value.ToLowerInvariant())
        {
            case "yes":
                return new PlaceTerm(IsKnown: true);
            case "no":
                return new PlaceTerm(IsKnown: false);
        }
        if (value.Split("..") is not [var first, var second] || Point(first.Split(',')) is not { } low || Point(second.Split(',')) is not { } high)
            throw new FilterException(position, value, GpsForm);
        if (low.Latitude > high.Latitude)
            throw new FilterException(position, value, "a box whose first corner is the southern one, south,west..north,east,");
        return new BoxTerm(low.Latitude, low.Longitude, high.Latitude, high.Longitude);
    }

    public static FilterNode Near(string value, int position)
    {
        if (value.Split(',') is not [var latitude, var longitude, var distance] || Point([latitude, longitude]) is not { } centre || Metres(distance) is not { } metres)
            throw new FilterException(position, value, NearForm);
        return new NearTerm(centre.Latitude, centre.Longitude, metres);
    }

    private static GeoPoint? Point(string[] parts) =>
        parts is [var latitude, var longitude] && Number(latitude) is >= -90 and <= 90 and var north && Number(longitude) is >= -180 and <= 180 and var east
            ? new GeoPoint(north, east)
            : null;

    /// <summary>A distance with its unit; kilometres without one.</summary>
    private static double? Metres(string text)
    {
        var digits = text.TrimEnd("kmiKMI".ToCharArray());
        double? unit = text[digits.Length..].ToLowerInvariant() switch
        {
            "" or "km" => 1000,
            "m" => 1,
            "mi" => 1609.344,
            _ => null,
        };
        return Number(digits) is >= 0 and var number ? number * unit : null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;
}
