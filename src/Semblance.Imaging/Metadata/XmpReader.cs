using System.Collections.Frozen;
using System.Globalization;
using System.Xml;

namespace Semblance.Imaging.Metadata;

/// <summary>
/// Facts out of an XMP packet (ISO 16684-1). A property is an attribute of the top description or an element in it; the same
/// names deeper down belong to the pictures that this one was made of, and are passed over. No document type, no entity, no
/// address is followed, and a packet that is no whole XML says nothing.
/// </summary>
internal static unsafe class XmpReader
{
    /// <summary>Programs that keep masks and brush strokes write some megabytes.</summary>
    private const int MostBytes = 16 << 20;

    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private const string Xmp = "http://ns.adobe.com/xap/1.0/";
    private const string Photoshop = "http://ns.adobe.com/photoshop/1.0/";
    private const string Exif = "http://ns.adobe.com/exif/1.0/";
    private const string ExifExtended = "http://cipa.jp/exif/1.0/";
    private const string Auxiliary = "http://ns.adobe.com/exif/1.0/aux/";
    private const string Tiff = "http://ns.adobe.com/tiff/1.0/";
    private const string DublinCore = "http://purl.org/dc/elements/1.1/";

    private static readonly FrozenSet<(string Namespace, string Name)> s_wanted = new[]
    {
        (Xmp, "Rating"), (Xmp, "CreateDate"), (Photoshop, "DateCreated"), (Exif, "DateTimeOriginal"), (Exif, "DateTimeDigitized"),
        (Exif, "GPSLatitude"), (Exif, "GPSLongitude"), (Exif, "GPSAltitude"), (Exif, "GPSAltitudeRef"), (Exif, "ISOSpeedRatings"),
        (Exif, "ExposureTime"), (Exif, "FNumber"), (Exif, "FocalLength"), (ExifExtended, "PhotographicSensitivity"),
        (ExifExtended, "LensModel"), (Auxiliary, "Lens"), (Tiff, "Make"), (Tiff, "Model"), (DublinCore, "description"),
    }.ToFrozenSet();

    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MostBytes,
        IgnoreComments = true,
    };

    internal static PhotoFacts Read(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty || packet.Length > MostBytes)
            return PhotoFacts.None;
        try
        {
            fixed (byte* first = packet)
            {
                using var stream = new UnmanagedMemoryStream(first, packet.Length);
                using var xml = XmlReader.Create(stream, s_settings);
                return Facts(Properties(xml));
            }
        }
        catch (Exception exception) when (exception is XmlException or ArgumentException)
        {
            // ArgumentException: the declaration names an encoding that does not exist.
            return PhotoFacts.None;
        }
    }

    private static Dictionary<(string Namespace, string Name), string> Properties(XmlReader xml)
    {
        var properties = new Dictionary<(string, string), string>();
        var rdf = int.MaxValue - 2;
        (string, string)? inside = null;
        while (xml.Read())
        {
            // What programs leave behind the end, zeros for one, need not be XML.
            if (xml.NodeType == XmlNodeType.EndElement && xml.Depth == rdf)
                break;
            if (xml.NodeType == XmlNodeType.Element)
            {
                if (xml is { LocalName: "RDF", NamespaceURI: Rdf })
                    rdf = Math.Min(rdf, xml.Depth);
                else if (xml.Depth == rdf + 1)
                    ReadAttributes(xml, properties);
                else if (xml.Depth == rdf + 2)
                    inside = (xml.NamespaceURI, xml.LocalName) is var key && s_wanted.Contains(key) ? key : null;
            }
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && inside is { } property && xml.Depth > rdf + 2)
            {
                // Of a list the first: of languages it is the default one.
                properties.TryAdd(property, xml.Value);
            }
        }
        return properties;
    }

    private static void ReadAttributes(XmlReader description, Dictionary<(string, string), string> properties)
    {
        while (description.MoveToNextAttribute())
        {
            if ((description.NamespaceURI, description.LocalName) is var key && s_wanted.Contains(key))
                properties.TryAdd(key, description.Value);
        }
        description.MoveToElement();
    }

    private static PhotoFacts Facts(Dictionary<(string, string), string> properties)
    {
        string? Text(string space, string name) => PhotoText.Clean(properties.GetValueOrDefault((space, name)));
        double? Quantity(string space, string name) => Number(Text(space, name));

        var taken = PhotoDate.OfXmp(Text(Exif, "DateTimeOriginal"))
            ?? PhotoDate.OfXmp(Text(Photoshop, "DateCreated"))
            ?? PhotoDate.OfXmp(Text(Exif, "DateTimeDigitized"))
            ?? PhotoDate.OfXmp(Text(Xmp, "CreateDate"));
        var altitude = Text(Exif, "GPSAltitudeRef") == "1" ? -Quantity(Exif, "GPSAltitude") : Quantity(Exif, "GPSAltitude");
        return new PhotoFacts
        {
            Taken = taken?.Time,
            TakenOffset = taken?.Offset,
            Camera = PhotoNumbers.Camera(Text(Tiff, "Make"), Text(Tiff, "Model")),
            Lens = Text(ExifExtended, "LensModel") ?? Text(Auxiliary, "Lens"),
            Iso = PhotoNumbers.Iso(Quantity(ExifExtended, "PhotographicSensitivity") ?? Quantity(Exif, "ISOSpeedRatings")),
            ExposureTime = PhotoNumbers.Positive(Quantity(Exif, "ExposureTime")),
            Aperture = PhotoNumbers.Positive(Quantity(Exif, "FNumber")),
            FocalLength = PhotoNumbers.Positive(Quantity(Exif, "FocalLength")),
            Location = GeoPoint.At(Degrees(Text(Exif, "GPSLatitude"), 'N', 'S'), Degrees(Text(Exif, "GPSLongitude"), 'E', 'W'), altitude),
            Rating = PhotoNumbers.Rating(Quantity(Xmp, "Rating")),
            Description = Text(DublinCore, "description"),
        };
    }

    /// <summary>A decimal number or a fraction, finite.</summary>
    private static double? Number(string? text)
    {
        if (text is null)
            return null;
        var bar = text.IndexOf('/');
        var number = bar < 0 ? Decimal(text) : Decimal(text.AsSpan(0, bar)) / Decimal(text.AsSpan(bar + 1));
        return number is { } value && double.IsFinite(value) ? value : null;
    }

    private static double? Decimal(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary><c>48,51.4985N</c> or <c>48,51,29N</c>: degrees and minutes, or degrees, minutes and seconds, and the half of the Earth.</summary>
    private static double? Degrees(string? text, char positive, char negative)
    {
        if (text is null)
            return null;
        var half = char.ToUpperInvariant(text[^1]);
        if (half != positive && half != negative)
            return null;
        var parts = text[..^1].Split(',');
        double? angle = parts switch
        {
            [var degrees] => Decimal(degrees),
            [var degrees, var minutes] => Decimal(degrees) + (Decimal(minutes) / 60),
            [var degrees, var minutes, var seconds] => Decimal(degrees) + (Decimal(minutes) / 60) + (Decimal(seconds) / 3600),
            _ => null,
        };
        return half == negative ? -angle : angle;
    }
}
