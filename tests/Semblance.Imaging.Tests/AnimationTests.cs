using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class AnimationTests
{
    private static readonly Picture s_blank = TestPictures.Solid(64, 48, 255, 255, 255);
    private static readonly Picture s_scene = TestPictures.Scene(64, 48, classIndex: 3, seed: 9);

    [Theory]
    [InlineData("gif", 2)]
    [InlineData("webp", 2)]
    [InlineData("webp", 30)]
    public void An_animation_that_begins_blank_is_shown_by_a_frame_with_content(string format, int frames)
    {
        var picture = PictureDecoder.Shared.Decode(PictureBytes.Animation([s_blank, .. Enumerable.Repeat(s_scene, frames - 1)], format)).Picture!;
        Assert.True(picture.Facts.Frames > 1);
        Assert.InRange(TestPictures.Difference(s_scene, picture), 0, 8);
    }

    [Fact]
    public void An_animation_that_begins_with_content_is_shown_by_its_first_frame()
    {
        var picture = PictureDecoder.Shared.Decode(PictureBytes.Animation([s_scene, s_blank, s_blank], "webp")).Picture!;
        Assert.InRange(TestPictures.Difference(s_scene, picture), 0, 8);
    }

    [Fact]
    public void An_animation_of_nothing_is_a_flat_picture()
        => Assert.Equal((255, 255, 255), PictureDecoder.Shared.Decode(PictureBytes.Animation([s_blank, s_blank], "gif")).Picture!.At(5, 5));
}
