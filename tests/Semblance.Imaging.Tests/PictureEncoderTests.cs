using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureEncoderTests
{
    [Fact]
    public void Png_gives_back_the_same_pixels()
    {
        var scene = TestPictures.Scene(61, 43, classIndex: 3, seed: 1);
        var decoded = PictureDecoder.Shared.Decode(PictureEncoder.Encode(scene, PictureFormat.Png)).Picture!;
        Assert.Equal(scene.Pixels, decoded.Pixels);
        Assert.Equal("png", decoded.Facts.Format);
    }

    [Theory]
    [InlineData(PictureFormat.Jpeg, "jpeg")]
    [InlineData(PictureFormat.WebP, "webp")]
    public void Lossy_formats_come_near(PictureFormat format, string name)
    {
        var scene = TestPictures.Scene(160, 120, classIndex: 2, seed: 5);
        var decoded = PictureDecoder.Shared.Decode(PictureEncoder.Encode(scene, format, 95)).Picture!;
        Assert.Equal(name, decoded.Facts.Format);
        Assert.InRange(TestPictures.Difference(scene, decoded), 0.01, 6);
    }

    [Fact]
    public void Higher_quality_is_nearer_and_larger()
    {
        var scene = TestPictures.Scene(160, 120, classIndex: 2, seed: 5);
        var low = PictureEncoder.Encode(scene, PictureFormat.Jpeg, 30);
        var high = PictureEncoder.Encode(scene, PictureFormat.Jpeg, 95);
        Assert.True(low.Length < high.Length);
        Assert.True(TestPictures.Difference(scene, PictureDecoder.Shared.Decode(low).Picture!) > TestPictures.Difference(scene, PictureDecoder.Shared.Decode(high).Picture!));
    }
}
