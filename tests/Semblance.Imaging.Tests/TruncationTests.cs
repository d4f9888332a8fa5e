using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class TruncationTests
{
    public static TheoryData<string> Formats { get; } = ["jpeg", "progressive", "png", "webp", "gif", "avif", "tiff", "lzw", "ppm", "pgm"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_that_breaks_off_is_a_truncated_one_wherever_it_does(string format)
    {
        var whole = Whole(format);
        Assert.True(PictureDecoder.Shared.Decode(whole).Succeeded);
        for (var tenth = 1; tenth <= 9; tenth++)
        {
            var result = PictureDecoder.Shared.Decode(whole.AsMemory(0, whole.Length * tenth / 10));
            Assert.False(result.Succeeded, $"{format} cut at {tenth}/10 decoded.");
            Assert.True(result.Failure.Reason == DecodeFailureReason.Truncated, $"{format} cut at {tenth}/10: {result.Failure.Message}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Shrinking_sees_the_missing_end_too(string format)
    {
        var whole = Whole(format);
        var result = PictureDecoder.Shared.Decode(whole.AsMemory(0, whole.Length * 8 / 10), new DecodeOptions { MinimumSide = 40 });
        Assert.Equal(DecodeFailureReason.Truncated, result.Failure?.Reason);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Damage_in_the_middle_never_crashes(string format)
    {
        var whole = Whole(format);
        var random = new Random(5);
        for (var round = 0; round < 60; round++)
        {
            var damaged = whole.ToArray();
            for (var hit = 0; hit < 1 + (round % 8); hit++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var result = PictureDecoder.Shared.Decode(damaged, new DecodeOptions { MaxMegapixels = 4 });
            Assert.True(result.Succeeded || result.Failure.Message.Length > 20);
        }
    }

    [Fact]
    public void A_jpeg_that_lost_only_its_end_marker_is_whole()
    {
        foreach (var whole in new[] { Whole("jpeg"), Whole("progressive") })
        {
            var expected = PictureDecoder.Shared.Decode(whole).Picture!;
            for (var cut = 1; cut <= 2; cut++)
                Assert.Equal(expected.Pixels, PictureDecoder.Shared.Decode(whole.AsMemory(0, whole.Length - cut)).Picture?.Pixels);
            Assert.Equal(DecodeFailureReason.Truncated, PictureDecoder.Shared.Decode(whole.AsMemory(0, whole.Length - 100)).Failure?.Reason);
        }
    }

    private static byte[] Whole(string format)
    {
        var scene = TestPictures.Scene(160, 120, classIndex: 7, seed: 4);
        return format switch
        {
            "jpeg" => PictureBytes.Jpeg(scene),
            "progressive" => PictureBytes.ProgressiveJpeg(scene),
            "png" => PictureBytes.Png(scene),
            "webp" => PictureBytes.WebP(scene),
            "gif" => PictureBytes.Gif(scene),
            "avif" => PictureBytes.Avif(scene),
            "tiff" => PictureBytes.Tiff(scene),
            "lzw" => PictureBytes.Tiff(scene, "lzw"),
            "ppm" => PictureBytes.Ppm(scene),
            "pgm" => PictureBytes.Pgm(scene),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, message: null),
        };
    }
}
