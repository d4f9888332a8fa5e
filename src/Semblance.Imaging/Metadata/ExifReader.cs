using System.Buffers.Binary;

namespace Semblance.Imaging.Metadata;

/// <summary>Facts out of an EXIF block (EXIF 2.32, CIPA DC-008; tag numbers as there).</summary>
internal static class ExifReader
{
    private const ushort Description = 0x010E;
    private const ushort Make = 0x010F;
    private const ushort Model = 0x0110;
    private const ushort DateTime = 0x0132;
    private const ushort XmpPacket = 0x02BC;
    private const ushort Rating = 0x4746;
    private const ushort ExifDirectory = 0x8769;
    private const ushort GpsDirectory = 0x8825;

    private const ushort ExposureTime = 0x829A;
    private const ushort FNumber = 0x829D;
    private const ushort PhotographicSensitivity = 0x8827;
    private const ushort StandardOutputSensitivity = 0x8831;
    private const ushort RecommendedExposureIndex = 0x8832;
    private const ushort IsoSpeed = 0x8833;
    private const ushort DateTimeOriginal = 0x9003;
    private const ushort DateTimeDigitized = 0x9004;
    private const ushort OffsetTime = 0x9010;
    private const ushort OffsetTimeOriginal = 0x9011;
    private const ushort OffsetTimeDigitized = 0x9012;
    private const ushort FocalLength = 0x920A;
    private const ushort SubSecTime = 0x9290;
    private const ushort SubSecTimeOriginal = 0x9291;
    private const ushort SubSecTimeDigitized = 0x9292;
    private const ushort LensModel = 0xA434;

    private const ushort LatitudeRef = 1;
    private const ushort Latitude = 2;
    private const ushort LongitudeRef = 3;
    private const ushort Longitude = 4;
    private const ushort AltitudeRef = 5;
    private const ushort Altitude = 6;

    /// <summary>The value of a 16-bit sensitivity that does not hold the number; another field does.</summary>
    private const int SensitivityElsewhere = 65535;

    /// <param name="xmp">The XMP packet that the structure holds, as TIFF files do; empty where it has none.</param>
    internal static PhotoFacts Read(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> xmp)
    {
        var main = TiffDirectory.First(Structure(block));
        var exif = main.Child(ExifDirectory);
        xmp = main.Bytes(XmpPacket);
        var taken = PhotoDate.OfExif(exif.Text(DateTimeOriginal), exif.Text(SubSecTimeOriginal), exif.Text(OffsetTimeOriginal))
            ?? PhotoDate.OfExif(exif.Text(DateTimeDigitized), exif.Text(SubSecTimeDigitized), exif.Text(OffsetTimeDigitized))
            ?? PhotoDate.OfExif(main.Text(DateTime), exif.Text(SubSecTime), exif.Text(OffsetTime));
        return new PhotoFacts
        {
            Taken = taken?.Time,
            TakenOffset = taken?.Offset,
            Camera = PhotoNumbers.Camera(main.Text(Make), main.Text(Model)),
            Lens = exif.Text(LensModel),
            Iso = Sensitivity(exif),
            ExposureTime = PhotoNumbers.Positive(exif.Number(ExposureTime)),
            Aperture = PhotoNumbers.Positive(exif.Number(FNumber)),
            FocalLength = PhotoNumbers.Positive(exif.Number(FocalLength)),
            Location = Place(main.Child(GpsDirectory)),
            Rating = PhotoNumbers.Rating(main.Number(Rating)),
            Description = main.Text(Description),
        };
    }

    /// <summary>Without what the containers put before the structure: JPEG a name, HEIF an offset that counts from behind itself.</summary>
    private static ReadOnlySpan<byte> Structure(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
            return block[6..];
        if (block.Length < 8 || block.StartsWith("II"u8) || block.StartsWith("MM"u8))
            return block;
        var start = BinaryPrimitives.ReadUInt32BigEndian(block) + 4L;
        return start < block.Length ? block[(int)start..] : block;
    }

    private static int? Sensitivity(TiffDirectory exif)
    {
        var iso = exif.Number(PhotographicSensitivity);
        return PhotoNumbers.Iso(iso is null or SensitivityElsewhere
            ? exif.Number(IsoSpeed) ?? exif.Number(RecommendedExposureIndex) ?? exif.Number(StandardOutputSensitivity) ?? iso
            : iso);
    }

    private static GeoPoint? Place(TiffDirectory gps)
    {
        // 1 and 3: below the sea, below the ellipsoid.
        var altitude = gps.Number(AltitudeRef) is 1 or 3 ? -gps.Number(Altitude) : gps.Number(Altitude);
        return GeoPoint.At(Degrees(gps, Latitude, gps.Text(LatitudeRef), "N", "S"), Degrees(gps, Longitude, gps.Text(LongitudeRef), "E", "W"), altitude);
    }

    /// <summary>Without its letter an angle may lie on either half of the Earth, and is not taken.</summary>
    private static double? Degrees(TiffDirectory gps, ushort tag, string? half, string positive, string negative)
    {
        var angle = gps.Number(tag) + ((gps.Number(tag, 1) ?? 0) / 60) + ((gps.Number(tag, 2) ?? 0) / 3600);
        if (string.Equals(half, positive, StringComparison.OrdinalIgnoreCase))
            return angle;
        return string.Equals(half, negative, StringComparison.OrdinalIgnoreCase) ? -angle : null;
    }
}
