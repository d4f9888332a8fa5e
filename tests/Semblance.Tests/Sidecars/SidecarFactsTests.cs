using System.Text;
using Semblance.Imaging;
using Semblance.Sidecars;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests.Sidecars;

public sealed class SidecarFactsTests
{
    private const string Takeout = """
        { "title": "IMG_1.jpg", "description": "Am See", "photoTakenTime": { "timestamp": "1595167200", "formatted": "19.07.2020, 14:00:00 UTC" },
          "geoData": { "latitude": 0.0, "longitude": 0.0, "altitude": 0.0 }, "geoDataExif": { "latitude": 45.9871, "longitude": 9.2614, "altitude": 210.5 } }
        """;

    private static PhotoFacts Complete(PhotoFacts own, params (string Name, byte[] Bytes)[] files)
    {
        using var folder = new TemporaryFolder();
        var sidecars = new List<Sidecar>();
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(folder[name], bytes);
            sidecars.Add(new Sidecar(folder[name], bytes.Length, default));
        }
        return SidecarFacts.Complete(own, sidecars);
    }

    private static PhotoFacts OfJson(string text) => Complete(PhotoFacts.None, ("a.jpg.json", Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Google_gives_the_instant_the_place_and_the_caption()
    {
        var facts = OfJson(Takeout);
        Assert.Equal(new DateTimeOffset(2020, 7, 19, 14, 0, 0, TimeSpan.Zero), new DateTimeOffset(facts.Taken!.Value, facts.TakenOffset!.Value));
        Assert.Equal(new GeoPoint(45.9871, 9.2614, 210.5), facts.Location);
        Assert.Equal("Am See", facts.Description);
        Assert.Equal(facts, OfJson("\uFEFF" + Takeout));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[1, 2]")]
    [InlineData("{\"description\": \"of something else\"}")]
    [InlineData("{\"photoTakenTime\": 5, \"geoData\": \"here\", \"description\": [\"x\"]}")]
    [InlineData("{\"photoTakenTime\": {\"timestamp\": \"0\"}, \"geoData\": {\"latitude\": 200, \"longitude\": 1}, \"description\": \" \"}")]
    [InlineData("{\"photoTakenTime\": {\"timestamp\": \"99999999999999\"}, \"geoData\": {\"latitude\": \"45\", \"longitude\": 1e999}}")]
    [InlineData("{\"photoTakenTime\": {}, \"description\": \"\\ud800\"}")]
    public void Other_or_damaged_json_says_nothing(string json) => Assert.Equal(PhotoFacts.None, OfJson(json));

    [Fact]
    public void Deep_json_says_nothing() => Assert.Equal(PhotoFacts.None, OfJson(new string('[', 100_000)));

    [Fact]
    public void The_picture_itself_goes_first_and_ratings_and_captions_beside_it_win()
    {
        var own = new PhotoFacts { Taken = new DateTime(2020, 1, 1), Rating = 1, Description = "DSC", Iso = 100 };
        var xmp = TestXmp.Packet("xmp:Rating=\"5\" exif:DateTimeOriginal=\"2021-01-01T00:00:00+01:00\" aux:Lens=\"50mm\"");
        var facts = Complete(own, ("a.jpg.json", Encoding.UTF8.GetBytes(Takeout)), ("a.xmp", xmp), ("a.mov", [1, 2, 3]));
        Assert.Equal(own with { Rating = 5, Description = "Am See", Lens = "50mm", Location = new GeoPoint(45.9871, 9.2614, 210.5) }, facts);
        Assert.Equal(new DateTime(2021, 1, 1), Complete(PhotoFacts.None, ("a.jpg.json", Encoding.UTF8.GetBytes(Takeout)), ("a.xmp", xmp)).Taken);
    }

    [Fact]
    public void A_sidecar_that_is_gone_or_huge_says_nothing() =>
        Assert.Equal(PhotoFacts.None, SidecarFacts.Complete(PhotoFacts.None, [new Sidecar("/no/such/file.xmp", 10, default), new Sidecar("/no/such/file.json", 1L << 40, default)]));
}
