using Semblance.Sidecars;
using Xunit;

namespace Semblance.Tests.Sidecars;

public sealed class SidecarNamesTests
{
    private static string[] OwnersOf(string sidecar, params string[] pictures)
    {
        var assigned = SidecarNames.Assign(pictures.Select(name => "/p/" + name), [new Sidecar("/p/" + sidecar, 1, default)]);
        Assert.All(assigned.Values, sidecars => Assert.Equal("/p/" + sidecar, Assert.Single(sidecars).Path));
        return [.. assigned.Keys.Select(path => path[3..]).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("IMG_1.jpg.xmp", "IMG_1.jpg")]
    [InlineData("IMG_1.JPG.XMP", "IMG_1.jpg")]
    [InlineData("IMG_1.xmp", "IMG_1.heic,IMG_1.jpg")]
    [InlineData("IMG_1.MOV", "IMG_1.heic,IMG_1.jpg")]
    [InlineData("img_1.mp4", "IMG_1.heic,IMG_1.jpg")]
    [InlineData("IMG_1.AAE", "IMG_1.heic,IMG_1.jpg")]
    [InlineData("IMG_1.jpg.json", "IMG_1.jpg")]
    [InlineData("IMG_1.json", "IMG_1.heic,IMG_1.jpg")]
    [InlineData("IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg")]
    [InlineData("IMG_1.jpg.supplemental-me.json", "IMG_1.jpg")]
    [InlineData("IMG_1.jpg.s.json", "IMG_1.jpg")]
    [InlineData("IMG_1.jpg..json", "IMG_1.jpg")]
    [InlineData("IMG_1.jpg.supplementary.json", "")]
    [InlineData("IMG_1.jpg(1).json", "IMG_1(1).jpg")]
    [InlineData("IMG_1.jpg.supplemental-metadata(1).json", "IMG_1(1).jpg")]
    [InlineData("IMG_1.jpg.supple(1).json", "IMG_1(1).jpg")]
    [InlineData("IMG_1(1).jpg.json", "IMG_1(1).jpg")]
    [InlineData("IMG_10.xmp", "")]
    [InlineData("IMG.xmp", "")]
    [InlineData("metadata.json", "")]
    [InlineData("Urlaub.2020.xmp", "Urlaub.2020.png")]
    public void A_file_belongs_to_the_pictures_of_its_name(string sidecar, string owners) =>
        Assert.Equal(owners.Split(',', StringSplitOptions.RemoveEmptyEntries), OwnersOf(sidecar, "IMG_1.jpg", "IMG_1.heic", "IMG_1(1).jpg", "IMG_2.jpg", "Urlaub.2020.png"));

    [Fact]
    public void A_name_of_46_characters_is_that_of_a_longer_picture()
    {
        const string Picture = "Screenshot_20200101-123456_Some Application Name.jpg";
        Assert.Equal([Picture], OwnersOf(Picture[..46] + ".json", Picture, "Screenshot.jpg"));
        Assert.Empty(OwnersOf(Picture[..45] + ".json", Picture));
        // Which of the two is meant cannot be told.
        Assert.Empty(OwnersOf(Picture[..46] + ".json", Picture, Picture[..48] + "x.jpg"));
    }
}
