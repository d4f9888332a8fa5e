namespace Semblance.Imaging;

/// <summary>A place on the Earth.</summary>
/// <param name="Latitude">Degrees, -90 (south) to 90.</param>
/// <param name="Longitude">Degrees, -180 (west) to 180.</param>
/// <param name="Altitude">Metres above the sea, where known.</param>
public readonly record struct GeoPoint(double Latitude, double Longitude, double? Altitude = null)
{
    /// <summary>IUGG's mean radius, in metres.</summary>
    private const double EarthRadius = 6_371_008.8;

    /// <summary>
    /// The place, or null where it is none. The point 0, 0 is what devices and services write that know no place, and lies in open
    /// sea, so it is none either.
    /// </summary>
    public static GeoPoint? At(double? latitude, double? longitude, double? altitude = null) =>
        latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180 && (latitude != 0 || longitude != 0)
            ? new GeoPoint(latitude.Value, longitude.Value, altitude is > -20_000 and < 1_000_000 ? altitude : null)
            : null;

    /// <summary>Metres along a great circle of a sphere (haversine; within 0.6 % of the ellipsoid).</summary>
    public double MetresTo(GeoPoint other)
    {
        var (a, b) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var northward = Math.Sin((b - a) / 2);
        var eastward = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var chord = (northward * northward) + (Math.Cos(a) * Math.Cos(b) * eastward * eastward);
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(chord)));
    }
}
