using System.Text;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PhotoFactsTests
{
    private const ushort DateTimeTag = 0x0132;
    private const ushort Original = 0x9003;
    private const ushort Digitized = 0x9004;

    private static readonly Picture s_scene = TestPictures.Scene(64, 48, classIndex: 1, seed: 1);

    private static PhotoFacts OfExif(Action<ExifBlock> fill, bool bigEndian = false)
    {
        var block = new ExifBlock(bigEndian);
        fill(block);
        return PhotoFacts.Read(block.ToArray(), []);
    }

    private static PhotoFacts OfXmp(string attributes = "", string elements = "") => PhotoFacts.Read([], TestXmp.Packet(attributes, elements));

    [Theory]
    [InlineData("2021:01:01 01:01:01", "2022:02:02 02:02:02", "2023:03:03 03:03:03", "2024-04-04T04:04:04", 2021)]
    [InlineData(null, "2022:02:02 02:02:02", "2023:03:03 03:03:03", "2024-04-04T04:04:04", 2022)]
    [InlineData(null, null, "2023:03:03 03:03:03", "2024-04-04T04:04:04", 2023)]
    [InlineData(null, null, null, "2024-04-04T04:04:04", 2024)]
    [InlineData("0000:00:00 00:00:00", "    :  :     :  :  ", "2023:03:03 03:03:03", null, 2023)]
    [InlineData("2021:02:30 12:00:00", "2022:13:01 12:00:00", "2023:03:03 24:00:00", "2024-04-04", 2024)]
    [InlineData("0001:01:01 00:00:00", "yesterday", "", "9999-99-99", null)]
    public void The_first_possible_date_is_taken_of_original_digitized_datetime_and_xmp(string? original, string? digitized, string? dateTime, string? xmp, int? year)
    {
        var block = new ExifBlock();
        if (original is not null)
            block.Exif.Text(Original, original);
        if (digitized is not null)
            block.Exif.Text(Digitized, digitized);
        if (dateTime is not null)
            block.Main.Text(DateTimeTag, dateTime);
        var packet = xmp is null ? [] : TestXmp.Packet($"photoshop:DateCreated=\"{xmp}\"");
        var jpeg = TestExif.XmpIntoJpeg(TestExif.IntoJpeg(PictureBytes.Jpeg(s_scene), block.ToArray()), packet);
        Assert.Equal(year, PictureDecoder.Shared.Decode(jpeg).Picture!.Facts.Taken?.Year);
        Assert.Equal(year, PictureDecoder.Shared.ReadFacts(jpeg)!.Taken?.Year);
    }

    [Fact]
    public void Fractions_and_offsets_belong_to_their_own_date()
    {
        var facts = OfExif(block =>
        {
            block.Exif.Text(Digitized, "2021:07:30 18:05:59");
            block.Exif.Text(0x9291, "999");
            block.Exif.Text(0x9011, "-08:00");
            block.Exif.Text(0x9292, "25 ");
            block.Exif.Text(0x9012, "+05:30");
        });
        Assert.Equal(new DateTime(2021, 7, 30, 18, 5, 59).AddMilliseconds(250), facts.Taken);
        Assert.Equal(new TimeSpan(5, 30, 0), facts.TakenOffset);
        var bad = OfExif(block =>
        {
            block.Exif.Text(Original, "2021:07:30 18:05:59");
            block.Exif.Text(0x9291, "oops");
            block.Exif.Text(0x9011, "+99:00");
        });
        Assert.Equal((new DateTime(2021, 7, 30, 18, 5, 59), null), (bad.Taken!.Value, bad.TakenOffset));
    }

    [Theory]
    [InlineData("2021-07-30T18:05:59.5+02:00", "2021-07-30T18:05:59.5000000", 120)]
    [InlineData("2021-07-30T18:05Z", "2021-07-30T18:05:00.0000000", 0)]
    [InlineData("1998", "1998-01-01T00:00:00.0000000", null)]
    [InlineData("1998-06", "1998-06-01T00:00:00.0000000", null)]
    public void Xmp_dates_are_local_with_their_offset_beside(string text, string expected, int? minutes)
    {
        foreach (var property in new[] { "photoshop:DateCreated", "xmp:CreateDate", "exif:DateTimeOriginal" })
        {
            var facts = OfXmp($"{property}=\"{text}\"");
            Assert.Equal(expected, facts.Taken!.Value.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", null));
            Assert.Equal(minutes, (int?)facts.TakenOffset?.TotalMinutes);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lens_exposure_place_and_rating_are_read_in_either_order_of_bytes(bool bigEndian)
    {
        var facts = OfExif(
            block =>
            {
                block.Main.Text(0x010F, "Canon");
                block.Main.Text(0x0110, "Canon EOS R5");
                block.Main.Short(0x4746, 4);
                block.Main.Text(0x010E, "Am Fluß");
                block.Exif.Rationals(0x829A, (1, 250));
                block.Exif.Rationals(0x829D, (28, 10));
                block.Exif.Short(0x8827, 800);
                block.Exif.Rationals(0x920A, (85, 1));
                block.Exif.Text(0xA434, "RF85mm F1.2 L USM");
                block.At(-33.856784, 151.215297, -12.5);
            },
            bigEndian);
        Assert.Equal("Canon EOS R5", facts.Camera);
        Assert.Equal("RF85mm F1.2 L USM", facts.Lens);
        Assert.Equal("Am Fluß", facts.Description);
        Assert.Equal((800, 4), (facts.Iso, facts.Rating));
        Assert.Equal((0.004, 2.8, 85), (facts.ExposureTime, facts.Aperture, facts.FocalLength));
        Assert.Equal(-33.856784, facts.Location!.Value.Latitude, 1e-6);
        Assert.Equal(151.215297, facts.Location.Value.Longitude, 1e-6);
        Assert.Equal(-12.5, facts.Location.Value.Altitude);
    }

    [Fact]
    public void A_sensitivity_that_16_bits_do_not_hold_stands_elsewhere()
    {
        Assert.Equal(102_400, OfExif(block =>
        {
            block.Exif.Short(0x8827, 65535);
            block.Exif.Long(0x8832, 102_400);
        }).Iso);
        Assert.Null(OfExif(block => block.Exif.Short(0x8827, 0)).Iso);
    }

    [Fact]
    public void Every_container_gives_the_same_facts()
    {
        var block = new ExifBlock();
        block.Exif.Text(Original, "2019:05:04 03:02:01");
        block.Exif.Short(0x8827, 400);
        block.At(48.858222, 2.2945);
        var packet = TestXmp.Packet("xmp:Rating=\"3\"");
        var exif = block.ToArray();
        foreach (var bytes in new[]
        {
            TestExif.XmpIntoJpeg(TestExif.IntoJpeg(PictureBytes.Jpeg(s_scene), exif), packet),
            TestExif.XmpIntoPng(TestExif.IntoPng(PictureBytes.Png(s_scene), exif), packet),
            TestExif.IntoWebP(PictureBytes.WebP(s_scene), s_scene.Width, s_scene.Height, exif, packet),
        })
        {
            var decoded = PictureDecoder.Shared.Decode(bytes);
            Assert.Null(decoded.Failure);
            var facts = decoded.Picture!.Facts;
            Assert.Equal(new DateTime(2019, 5, 4, 3, 2, 1), facts.Taken);
            Assert.Equal((400, 3), (facts.Photo!.Iso, facts.Photo.Rating));
            Assert.Equal(48.858222, facts.Photo.Location!.Value.Latitude, 1e-6);
            Assert.Equal(facts, PictureDecoder.Shared.ReadFacts(bytes));
        }
    }

    [Fact]
    public void A_tiff_file_is_a_block_itself_and_holds_its_packet()
    {
        var packet = TestXmp.Packet("xmp:Rating=\"5\"");
        var block = new ExifBlock(bigEndian: true);
        block.Main.Short(0x0100, 1);
        block.Main.Short(0x0101, 1);
        block.Main.Short(0x0102, 8);
        block.Main.Short(0x0103, 1);
        block.Main.Short(0x0106, 1);
        block.Main.Long(0x0111, 0);
        block.Main.Short(0x0115, 1);
        block.Main.Short(0x0116, 1);
        block.Main.Long(0x0117, 1);
        block.Main.Bytes(0x02BC, 7, packet, (uint)packet.Length);
        block.Main.Text(DateTimeTag, "2003:02:01 10:20:30");
        block.Exif.Text(0xA434, "Summicron");
        var bytes = block.ToArray();
        var facts = PictureDecoder.Shared.Decode(bytes).Picture!.Facts;
        Assert.Equal("tiff", facts.Format);
        Assert.Equal((new DateTime(2003, 2, 1, 10, 20, 30), "Summicron", 5), (facts.Taken!.Value, facts.Photo!.Lens, facts.Photo.Rating));
        Assert.Equal(facts.Photo, PhotoFacts.Read(bytes, []));
    }

    [Fact]
    public void The_block_may_stand_behind_its_name_or_behind_an_offset()
    {
        var bare = TestExif.Block(make: "Leica");
        foreach (var block in new byte[][] { bare, [.. "Exif\0\0"u8, .. bare], [0, 0, 0, 6, .. "Exif\0\0"u8, .. bare], [0, 0, 0, 0, .. bare] })
            Assert.Equal("Leica", PhotoFacts.Read(block, []).Camera);
    }

    [Fact]
    public void Xmp_properties_are_attributes_or_elements_and_those_of_ingredients_are_none()
    {
        var elements = """
            <xmpMM:Pantry><rdf:Bag><rdf:li><rdf:Description xmp:Rating="1" xmp:CreateDate="1999-01-01"><exif:GPSLatitude>1,0N</exif:GPSLatitude></rdf:Description></rdf:li></rdf:Bag></xmpMM:Pantry>
            <xmp:Rating>2</xmp:Rating>
            <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Ein Hund</rdf:li><rdf:li xml:lang="en">A dog</rdf:li></rdf:Alt></dc:description>
            <exif:ISOSpeedRatings><rdf:Seq><rdf:li>1600</rdf:li></rdf:Seq></exif:ISOSpeedRatings>
            <aux:Lens>EF50mm f/1.8 II</aux:Lens>
            <exif:GPSLatitude>33,51.4070S</exif:GPSLatitude><exif:GPSLongitude>151,12,55.07E</exif:GPSLongitude><exif:GPSAltitude>125/10</exif:GPSAltitude><exif:GPSAltitudeRef>1</exif:GPSAltitudeRef>
            <exif:ExposureTime>1/60</exif:ExposureTime>
            """;
        var facts = OfXmp(elements: elements);
        Assert.Equal((2, "Ein Hund", 1600, "EF50mm f/1.8 II"), (facts.Rating, facts.Description, facts.Iso, facts.Lens));
        Assert.Null(facts.Taken);
        Assert.Equal(-33.856783, facts.Location!.Value.Latitude, 1e-6);
        Assert.Equal(151.215297, facts.Location.Value.Longitude, 1e-6);
        Assert.Equal(-12.5, facts.Location.Value.Altitude);
        Assert.Equal(1 / 60.0, facts.ExposureTime);
    }

    [Fact]
    public void A_rating_of_xmp_stands_above_that_of_exif_and_one_out_of_range_is_none()
    {
        var block = new ExifBlock();
        block.Main.Short(0x4746, 2);
        Assert.Equal(2, PhotoFacts.Read(block.ToArray(), []).Rating);
        Assert.Equal(-1, PhotoFacts.Read(block.ToArray(), TestXmp.Packet("xmp:Rating=\"-1\"")).Rating);
        Assert.Equal(2, PhotoFacts.Read(block.ToArray(), TestXmp.Packet("xmp:Rating=\"99\"")).Rating);
    }

    [Theory]
    [InlineData(0u, 0u, 0u, 0u)]
    [InlineData(200u, 1u, 10u, 1u)]
    [InlineData(10u, 1u, 200u, 1u)]
    [InlineData(10u, 0u, 10u, 1u)]
    [InlineData(0u, 1u, 0u, 1u)]
    public void A_place_that_cannot_be_is_none(uint latitude, uint latitudeUnder, uint longitude, uint longitudeUnder) =>
        Assert.Null(OfExif(block =>
        {
            block.Gps.Text(1, "N");
            block.Gps.Rationals(2, (latitude, latitudeUnder));
            block.Gps.Text(3, "E");
            block.Gps.Rationals(4, (longitude, longitudeUnder));
        }).Location);

    [Fact]
    public void A_place_without_its_hemisphere_is_none() => Assert.Null(OfExif(block =>
    {
        block.Gps.Rationals(2, (10, 1));
        block.Gps.Rationals(4, (10, 1));
    }).Location);

    [Fact]
    public void Fields_of_a_wrong_type_or_without_a_value_are_missing()
    {
        var facts = OfExif(block =>
        {
            block.Exif.Short(Original, 2021);
            block.Exif.Text(0x8827, "four hundred");
            block.Exif.Rationals(0x829A, (1, 0));
            block.Exif.Bytes(0x829D, 11, BitConverter.GetBytes(float.NaN));
            block.Exif.Bytes(0x920A, 99, [1, 2, 3, 4]);
            block.Exif.Bytes(0xA434, 2, [1, 2, 3, 4, 5], uint.MaxValue);
            block.Main.Bytes(0x4746, 12, BitConverter.GetBytes(double.PositiveInfinity));
            block.Main.Text(0x010E, "\u0001\u0002 ");
        });
        Assert.Equal(PhotoFacts.None, facts);
    }

    [Fact]
    public void Any_damage_gives_facts_or_none_and_no_exception()
    {
        var block = new ExifBlock();
        block.Main.Text(0x0110, "A camera with a long name");
        block.Exif.Text(Original, "2019:05:04 03:02:01");
        block.Exif.Rationals(0x829A, (1, 250));
        block.At(48.8, 2.3, 35);
        var whole = block.ToArray();
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = whole[..random.Next(whole.Length + 1)];
            for (var change = random.Next(6); change > 0 && bytes.Length > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var facts = PhotoFacts.Read(bytes, []);
            Assert.True(facts.Location is not { } place || (Math.Abs(place.Latitude) <= 90 && Math.Abs(place.Longitude) <= 180));
            Assert.True(facts.ExposureTime is null or (> 0 and <= 1e6));
        }
    }

    [Fact]
    public void A_block_that_points_at_itself_ends()
    {
        // The EXIF and the GPS directory are the main one.
        var block = new ExifBlock();
        block.Main.Long(0x8769, 8);
        block.Main.Long(0x8825, 8);
        block.Main.Text(0x0110, "Loop");
        Assert.Equal("Loop", PhotoFacts.Read(block.ToArray(), []).Camera);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"3\">]><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><rdf:Description><xmp:Rating>&a;</xmp:Rating></rdf:Description></rdf:RDF></x:xmpmeta>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such-thing\"?><x/>")]
    [InlineData("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><rdf:Description xmp:Rating=\"3\">")]
    [InlineData("{\"xmp:Rating\": 3}")]
    [InlineData("")]
    public void A_packet_with_entities_or_that_is_no_xml_says_nothing(string packet) => Assert.Equal(PhotoFacts.None, PhotoFacts.Read([], Encoding.UTF8.GetBytes(packet)));

    [Fact]
    public void A_packet_may_be_utf16_and_end_in_zeros()
    {
        byte[] packet = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(TestXmp.Text("xmp:Rating=\"3\"")), 0, 0, 0];
        Assert.Equal(3, PhotoFacts.Read([], packet).Rating);
    }

    [Fact]
    public void Deep_nesting_and_long_texts_are_taken_calmly()
    {
        var deep = string.Concat(Enumerable.Repeat("<xmpMM:a>", 100_000)) + string.Concat(Enumerable.Repeat("</xmpMM:a>", 100_000));
        var facts = OfXmp("xmp:Rating=\"3\"", deep + $"<dc:description>{new string('x', 1_000_000)}</dc:description>");
        Assert.Equal((3, 4096), (facts.Rating, facts.Description!.Length));
    }

    [Fact]
    public void Distances_are_those_of_the_globe()
    {
        // Great-circle distances on a sphere of 6,371.0088 km, worked out by the spherical law of cosines.
        var paris = new GeoPoint(48.8566, 2.3522);
        Assert.Equal(343_556, paris.MetresTo(new GeoPoint(51.5074, -0.1278)), 100.0);
        Assert.Equal(111_195, new GeoPoint(0, 179.5).MetresTo(new GeoPoint(0, -179.5)), 1.0);
        Assert.Equal(20_015_115, new GeoPoint(90, 0).MetresTo(new GeoPoint(-90, 77)), 10.0);
    }
}
