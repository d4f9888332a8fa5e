using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class OrientationTests
{
    private static readonly Picture s_upright = TestPictures.Scene(192, 128, classIndex: 6, seed: 2);

    public static TheoryData<int> Orientations { get; } = [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Jpeg_is_turned_upright(int orientation)
    {
        var bytes = TestExif.IntoJpeg(PictureBytes.Jpeg(TestExif.Stored(s_upright, orientation)), TestExif.Block(orientation));
        var picture = PictureDecoder.Shared.Decode(bytes).Picture!;
        Assert.Equal(orientation, picture.Facts.Orientation);
        Assert.Equal((192, 128, 192, 128), (picture.Width, picture.Height, picture.Facts.Width, picture.Facts.Height));
        Assert.InRange(TestPictures.Difference(s_upright, picture), 0, 4);
    }

    /// <summary>A gain map keeps the turn of the stored picture whatever is done to that; it is left out, and only the picture for plain screens is shown.</summary>
    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_jpeg_with_a_gain_map_shows_the_picture_for_plain_screens_upright(int orientation)
    {
        var bytes = PictureBytes.UltraHdrJpeg(TestExif.Stored(s_upright, orientation));
        Assert.True(bytes.AsSpan().IndexOf("urn:iso:std:iso:ts:21496"u8) > 0);
        var picture = PictureDecoder.Shared.Decode(TestExif.IntoJpeg(bytes, TestExif.Block(orientation))).Picture!;
        Assert.Equal(("jpeg", 192, 128), (picture.Facts.Format, picture.Width, picture.Height));
        // Its writer maps tones, which moves them by ten levels; a wrong turn moves them by more than forty.
        Assert.InRange(TestPictures.Difference(s_upright, picture), 0, 15);
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Png_is_turned_upright_to_the_pixel(int orientation)
    {
        var bytes = TestExif.IntoPng(PictureBytes.Png(TestExif.Stored(s_upright, orientation)), TestExif.Block(orientation));
        Assert.Equal(s_upright.Pixels, PictureDecoder.Shared.Decode(bytes).Picture!.Pixels);
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Shrunk_pictures_of_all_orientations_agree(int orientation)
    {
        var options = new DecodeOptions { MinimumSide = 50 };
        var reference = PictureDecoder.Shared.Decode(PictureBytes.Jpeg(s_upright), options).Picture!;
        var bytes = TestExif.IntoJpeg(PictureBytes.Jpeg(TestExif.Stored(s_upright, orientation)), TestExif.Block(orientation));
        var picture = PictureDecoder.Shared.Decode(bytes, options).Picture!;
        Assert.Equal((75, 50), (picture.Width, picture.Height));
        Assert.InRange(TestPictures.Difference(reference, picture), 0, 1.5);
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_box_is_in_upright_pixels(int orientation)
    {
        var box = new PictureBox(30, 20, 70, 40);
        var bytes = TestExif.IntoPng(PictureBytes.Png(TestExif.Stored(s_upright, orientation)), TestExif.Block(orientation));
        Assert.Equal(s_upright.Crop(box).Pixels, PictureDecoder.Shared.Decode(bytes, new DecodeOptions { Box = box }).Picture!.Pixels);
    }

    [Fact]
    public void An_orientation_outside_1_to_8_is_none()
    {
        var bytes = TestExif.IntoJpeg(PictureBytes.Jpeg(s_upright), TestExif.Block(77));
        var picture = PictureDecoder.Shared.Decode(bytes).Picture!;
        Assert.Equal(1, picture.Facts.Orientation);
        Assert.Equal(192, picture.Width);
    }
}
