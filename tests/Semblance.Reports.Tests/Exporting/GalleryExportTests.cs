using System.Text;
using System.Text.Json;
using Semblance.Evaluation.Reports;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Reports.Exporting;
using Semblance.Testing;
using Semblance.Tests;
using Xunit;

namespace Semblance.Reports.Tests.Exporting;

public sealed class GalleryExportTests
{
    private static readonly ItemRecord[] s_rows =
    [
        Row(Items.Make(1, "/p/cats/plain.jpg", taken: new DateTime(2020, 5, 17, 1, 2, 3), camera: "Canon, Inc.", pHash: 0xAB), "a", "b"),
        Row(Items.Make(2, "/p/odd/a\tb\"c\",d\ne.png")),
        Row(Items.Make(3, "/p/ü/é<>&.jpg")),
    ];

    private static ItemRecord Row(GalleryItem item, params string[] tags) => ItemRecord.Of(item, tags, []);

    private static string Text(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Json_is_read_back_as_it_was()
    {
        var text = Text(stream => GalleryExport.Json(s_rows, stream));
        using var json = JsonDocument.Parse(text);
        var rows = json.RootElement.EnumerateArray().ToArray();
        Assert.Equal(s_rows.Select(row => row.Path), rows.Select(row => row.GetProperty("path").GetString()));
        Assert.Equal("cats", rows[0].GetProperty("label").GetString());
        Assert.Equal(["a", "b"], rows[0].GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));
        Assert.Equal("2020-05-17T01:02:03", rows[0].GetProperty("taken").GetString());
        Assert.Equal("2020-01-01T12:00:00Z", rows[0].GetProperty("modified").GetString());
        Assert.Equal("00000000000000ab", rows[0].GetProperty("phash").GetString());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("taken").ValueKind);
        Assert.Contains("ü", text, StringComparison.Ordinal);
        Assert.Equal("[\n]\n", Text(stream => GalleryExport.Json([], stream)));
    }

    [Fact]
    public void Facts_of_the_photo_are_numbers_and_texts_or_null()
    {
        var photo = new PhotoFacts
        {
            Lens = "50mm",
            Iso = 400,
            ExposureTime = 0.004,
            Aperture = 2.8,
            FocalLength = 50,
            Location = new GeoPoint(-33.856784, 151.215297),
            Rating = 4,
            Description = "Zwei\nZeilen",
        };
        var item = Items.Make(1, photo: photo);
        item = item with { Photo = item.Photo with { Taken = new DateTime(9999, 12, 31, 23, 59, 59).AddMilliseconds(250), TakenOffset = TimeSpan.FromHours(-9.5) } };
        ItemRecord[] rows = [ItemRecord.Of(item, [], ["/p/1.xmp", "/p/1.mov"]), s_rows[0]];
        using var json = JsonDocument.Parse(Text(stream => GalleryExport.Json(rows, stream)));
        var first = json.RootElement[0];
        Assert.Equal("9999-12-31T23:59:59.25-09:30", first.GetProperty("taken").GetString());
        Assert.Equal((400, 4), (first.GetProperty("iso").GetInt32(), first.GetProperty("rating").GetInt32()));
        Assert.Equal((-33.856784, 151.215297), (first.GetProperty("latitude").GetDouble(), first.GetProperty("longitude").GetDouble()));
        Assert.Equal((0.004, 2.8, 50), (first.GetProperty("exposure").GetDouble(), first.GetProperty("aperture").GetDouble(), first.GetProperty("focal_length").GetDouble()));
        Assert.Equal(("50mm", "Zwei\nZeilen"), (first.GetProperty("lens").GetString(), first.GetProperty("description").GetString()));
        Assert.Equal(["/p/1.xmp", "/p/1.mov"], first.GetProperty("sidecars").EnumerateArray().Select(path => path.GetString()!));
        Assert.Equal(JsonValueKind.Null, first.GetProperty("altitude").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("iso").ValueKind);
        using var writer = new StringWriter();
        GalleryExport.Csv(rows, writer);
        Assert.Contains(",9999-12-31T23:59:59.25-09:30,,", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains(",50mm,400,0.004,2.8,50,-33.856784,151.215297,,4,\"Zwei\nZeilen\",/p/1.xmp|/p/1.mov\r\n", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lines_hold_one_object_each()
    {
        var lines = Text(stream => GalleryExport.JsonLines(s_rows, stream)).Split('\n');
        Assert.Equal(4, lines.Length);
        for (var i = 0; i < 3; i++)
            Assert.Equal(s_rows[i].Path, JsonDocument.Parse(lines[i]).RootElement.GetProperty("path").GetString());
    }

    [Fact]
    public void Csv_quotes_by_the_rules_and_is_read_back()
    {
        using var writer = new StringWriter();
        GalleryExport.Csv(s_rows, writer);
        var text = writer.ToString();
        Assert.StartsWith("id,path,label,tags,format,width,height,bytes,modified,taken,camera,sha256,phash,dhash,lens,iso,exposure,aperture,focal_length,latitude,longitude,altitude,rating,description,sidecars\r\n1,/p/cats/plain.jpg,cats,a|b,jpeg,640,480,1000,2020-01-01T12:00:00Z,2020-05-17T01:02:03,\"Canon, Inc.\",", text, StringComparison.Ordinal);
        Assert.Contains("\r\n2,\"/p/odd/a\tb\"\"c\"\",d\ne.png\",", text, StringComparison.Ordinal);
        using var reader = new StringReader(text);
        var records = DelimitedText.ReadCsv(reader).ToArray();
        Assert.Equal([1, 2, 3, 5], records.Select(record => record.Line));
        Assert.All(records, record => Assert.Equal(25, record.Fields.Length));
        Assert.Equal(s_rows.Select(row => row.Path), records.Skip(1).Select(record => record.Fields[1]));
    }

    [Fact]
    public void A_quote_that_is_not_closed_is_named_by_its_line()
    {
        using var reader = new StringReader("a,b\n\n\"c,d\ne");
        var error = Assert.Throws<FormatException>(() => DelimitedText.ReadCsv(reader).ToArray());
        Assert.Contains("line 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Npy_has_the_bytes_that_NumPy_writes()
    {
        using var stream = new MemoryStream();
        GalleryExport.Npy(Matrix.FromRows([[1f, -2.5f], [3f, 4f], [0f, 1e-9f]]), stream);
        var bytes = stream.ToArray();
        // numpy.save of the same array.
        Assert.Equal("934e554d505901007600", Convert.ToHexStringLower(bytes[..10]));
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".PadRight(117) + "\n", Encoding.ASCII.GetString(bytes[10..128]));
        Assert.Equal("0000803f000020c000004040000080400000000", Convert.ToHexStringLower(bytes[128..])[..39]);
        Assert.Equal(128 + 24, bytes.Length);

        using var ids = new MemoryStream();
        GalleryExport.NpyIds([1, 258, -1], ids);
        bytes = ids.ToArray();
        Assert.Contains("'<i8', 'fortran_order': False, 'shape': (3,), }", Encoding.ASCII.GetString(bytes[..128]), StringComparison.Ordinal);
        Assert.Equal("01000000000000000201000000000000ffffffffffffffff", Convert.ToHexStringLower(bytes[128..]));
    }

    [Fact]
    public void Projector_writes_what_its_configuration_names()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[30 * 20 * 3];
        Array.Fill(pixels, (byte)255);
        var path = folder["white.png"];
        File.WriteAllBytes(path, PictureEncoder.Encode(new Picture(30, 20, pixels, new PictureFacts("png", 30, 20)), PictureFormat.Png));
        ItemRecord[] rows = [Row(Items.Make(7, path)), .. s_rows];
        var vectors = Matrix.FromRows([[0.5f, 1], [1, 0], [0, 1], [0.1f, -1e-8f]]);
        Assert.True(GalleryExport.Projector(folder["out"], rows, vectors, sprite: true));

        Assert.Equal(["0.5\t1", "1\t0", "0\t1", "0.1\t-1E-08", ""], File.ReadAllText(folder["out/vectors.tsv"]).Split('\n'));
        var metadata = File.ReadAllText(folder["out/metadata.tsv"]).Split('\n');
        Assert.Equal(6, metadata.Length);
        Assert.All(metadata[..^1], line => Assert.Equal(25, line.Split('\t').Length));
        Assert.Contains("a b\"c\",d e.png", metadata[3], StringComparison.Ordinal);

        using var json = JsonDocument.Parse(File.ReadAllBytes(folder["out/projector_config.json"]));
        var embedding = json.RootElement.GetProperty("embeddings")[0];
        Assert.Equal([4, 2], embedding.GetProperty("tensorShape").EnumerateArray().Select(x => x.GetInt32()));
        var side = embedding.GetProperty("sprite").GetProperty("singleImageDim")[0].GetInt32();
        var sprite = PictureDecoder.Shared.DecodeFile(folder["out/sprite.png"]).Picture!;
        Assert.Equal((2 * side, 2 * side), (sprite.Width, sprite.Height));
        // The white picture fills the middle of the first place; the second has no file and is grey.
        Assert.InRange(sprite.Pixels[((side / 2 * sprite.Width) + (side / 2)) * 3], 250, 255);
        Assert.Equal(128, sprite.Pixels[((side / 2 * sprite.Width) + side + (side / 2)) * 3]);
    }
}
