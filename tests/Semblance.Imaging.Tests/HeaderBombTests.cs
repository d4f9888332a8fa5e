using System.Diagnostics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class HeaderBombTests
{
    public static TheoryData<string> Formats { get; } = [.. HostileBytes.BombFormats];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_header_that_promises_too_much_is_refused_before_any_pixel(string format)
    {
        PictureDecoder.Shared.Decode(PictureBytes.Png(TestPictures.Gradient(8, 8)));
        var bomb = HostileBytes.HeaderBomb(format);
        var before = Environment.WorkingSet;
        var clock = Stopwatch.StartNew();
        var failure = PictureDecoder.Shared.Decode(bomb).Failure!;
        Assert.True(clock.ElapsedMilliseconds < 500, $"{clock.ElapsedMilliseconds} ms");
        Assert.True(Environment.WorkingSet - before < 50 << 20);
        Assert.True(failure.Reason == DecodeFailureReason.TooLarge, failure.Message);
        Assert.Contains("raise the limit", failure.Message);
        Assert.Contains(format == "webp" ? "16383 x 16383" : "60000 x 60000", failure.Message);
    }

    [Theory]
    [InlineData(0.29, false)]
    [InlineData(0.31, true)]
    public void The_limit_is_width_times_height(double megapixels, bool accepted)
    {
        var bytes = PictureBytes.Jpeg(TestPictures.Gradient(600, 500));
        Assert.Equal(accepted, PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MaxMegapixels = megapixels, MinimumSide = 50 }).Succeeded);
    }
}
