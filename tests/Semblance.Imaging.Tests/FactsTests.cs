using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class FactsTests
{
    private static readonly Picture s_scene = TestPictures.Scene(64, 48, classIndex: 1, seed: 1);

    [Theory]
    [InlineData("Nikon", "D750", "Nikon D750")]
    [InlineData("Canon", "Canon EOS 5D (Mark, ASCII, II)", "Canon EOS 5D (Mark, ASCII, II)")]
    [InlineData(null, "Pixel 9", "Pixel 9")]
    [InlineData(null, null, null)]
    public void Camera_is_make_and_model(string? make, string? model, string? expected)
    {
        var bytes = TestExif.IntoJpeg(PictureBytes.Jpeg(s_scene), TestExif.Block(1, make, model));
        Assert.Equal(expected, PictureDecoder.Shared.Decode(bytes).Picture!.Facts.Camera);
    }

    [Fact]
    public void Taken_is_the_time_of_the_exposure()
    {
        var taken = new DateTime(2021, 7, 30, 18, 5, 59, DateTimeKind.Unspecified);
        var bytes = TestExif.IntoJpeg(PictureBytes.Jpeg(s_scene), TestExif.Block(1, "A", "B", taken));
        Assert.Equal(taken, PictureDecoder.Shared.Decode(bytes).Picture!.Facts.Taken);
        Assert.Null(PictureDecoder.Shared.Decode(PictureBytes.Jpeg(s_scene)).Picture!.Facts.Taken);
    }

    [Theory]
    [InlineData("gif", 12)]
    [InlineData("webp", 6)]
    public void Of_an_animation_the_first_frame_is_taken_and_all_are_counted(string format, double tolerance)
    {
        var first = TestPictures.Solid(48, 32, 200, 40, 40);
        var bytes = PictureBytes.Animation([first, TestPictures.Solid(48, 32, 20, 200, 40), TestPictures.Solid(48, 32, 20, 40, 200)], format);
        var picture = PictureDecoder.Shared.Decode(bytes).Picture!;
        Assert.Equal(3, picture.Facts.Frames);
        Assert.Equal((48, 32), (picture.Width, picture.Height));
        Assert.InRange(TestPictures.Difference(first, picture), 0, tolerance);
    }
}
