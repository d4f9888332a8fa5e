using Semblance.Testing;
using Xunit;
using static Semblance.Testing.TiffBytes;

namespace Semblance.Imaging.Tests;

/// <summary>TIFF samples that are not plain bytes come out as their 8-bit twin does, or the file is refused; never black or white without a word.</summary>
public sealed class TiffKindTests
{
    private const int Width = 48;
    private const int Height = 32;
    private static readonly Picture s_scene = TestPictures.Scene(Width, Height, classIndex: 4, seed: 6);
    private static readonly byte[] s_grey = PictureBytes.Grey(s_scene);

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(255.0, false)]
    [InlineData(65535.0, false)]
    [InlineData(7.5, true)]
    [InlineData(0.003, true)]
    public void Floats_are_scaled_by_their_range(double white, bool named)
    {
        var entries = named ? new[] { new Entry(340, Float, BitConverter.GetBytes(0f)), new Entry(341, Float, BitConverter.GetBytes((float)white)) } : [];
        var samples = s_grey.SelectMany(value => BitConverter.GetBytes((float)(value / 255.0 * white))).ToArray();
        AssertGrey(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, samples, entries), 1);
    }

    [Fact]
    public void Floats_of_no_usual_range_are_spread_from_least_to_greatest()
    {
        // Light in candela, say: 300 to 900.
        var (least, greatest) = (s_grey.Min(), s_grey.Max());
        var samples = s_grey.SelectMany(value => BitConverter.GetBytes(300f + (600f * (value - least) / (greatest - least)))).ToArray();
        var picture = Decoded(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, samples, new Entry(340, Float, BitConverter.GetBytes(300f)), new Entry(341, Float, BitConverter.GetBytes(900f))));
        var spread = Decoded(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, [.. s_grey.SelectMany(value => BitConverter.GetBytes(-300f + (value * 2f)))]));
        Assert.Equal((0, 255), (picture.Pixels.Min(), picture.Pixels.Max()));
        Assert.Equal((0, 255), (spread.Pixels.Min(), spread.Pixels.Max()));
        Assert.InRange(TestPictures.Difference(picture, spread), 0, 1);
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(-1e30f)]
    [InlineData(60000f)]
    [InlineData(float.PositiveInfinity)]
    public void One_sample_far_off_the_others_does_not_make_them_black(float outlier)
    {
        var samples = s_grey.Select(value => value / 255f).ToArray();
        samples[700] = outlier;
        AssertGrey(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, Bytes(samples)), 3);
    }

    [Fact]
    public void Outliers_are_kept_where_floats_run_from_black_to_white()
    {
        // Night: all but a few lights lie below the sixteenth part.
        var samples = s_grey.Select((value, i) => i % 400 == 7 ? 1f : value / 255f / 20).ToArray();
        var picture = Decoded(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, Bytes(samples)));
        Assert.InRange(Enumerable.Range(0, samples.Length).Average(i => Math.Abs(picture.Pixels[3 * i] - (255 * samples[i]))), 0, 1);
    }

    [Theory]
    [InlineData(-3.4028235e38f, "-3.40282e+38")]
    [InlineData(-3.4028235e38f, "-3.4028234663852886e+38")]
    [InlineData(-9999f, "-9999")]
    [InlineData(9999f, " 9999 ")]
    public void Samples_without_data_are_black_and_do_not_change_the_others(float noData, string text)
    {
        // Elevations from 100 to 900 m, a fifth of them missing.
        var (least, greatest) = (s_grey.Min(), s_grey.Max());
        var metres = s_grey.Select((value, i) => i % 5 == 3 ? noData : 100f + (800f * (value - least) / (greatest - least))).ToArray();
        var expected = s_grey.Select((value, i) => i % 5 == 3 ? 0 : 255.0 * (value - least) / (greatest - least)).ToArray();
        foreach (var bytes in new[]
        {
            TiffBytes.Picture(Width, Height, 1, 32, 3, 1, Bytes(metres), Entry.Text(42113, text)),
            TiffBytes.Picture(Width, Height, 1, 32, 2, 1, [.. metres.SelectMany(value => BitConverter.GetBytes((int)Math.Max(value, int.MinValue)))], Entry.Text(42113, noData < -1e9 ? "-2147483648" : text)),
        })
        {
            var picture = Decoded(bytes);
            Assert.InRange(Enumerable.Range(0, expected.Length).Average(i => Math.Abs(picture.Pixels[3 * i] - expected[i])), 0, 3);
            Assert.Equal(0, picture.Pixels[3 * 3]);
        }
    }

    [Fact]
    public void A_file_that_holds_no_data_at_all_is_reported()
    {
        var bytes = TiffBytes.Picture(Width, Height, 1, 32, 3, 1, Bytes([.. s_grey.Select(_ => -9999f)]), Entry.Text(42113, "-9999"));
        Assert.Equal(DecodeFailureReason.Unsupported, PictureDecoder.Shared.Decode(bytes).Failure?.Reason);
    }

    [Theory]
    [InlineData(1, 255L)]
    [InlineData(1, 65535L)]
    [InlineData(2, 65535L)]
    [InlineData(1, 4294967295L)]
    [InlineData(2, 2147483647L)]
    public void Integers_of_32_bits_are_scaled_by_their_range(int format, long white)
        => AssertGrey(TiffBytes.Picture(Width, Height, 1, 32, format, 1, [.. s_grey.SelectMany(value => BitConverter.GetBytes((uint)(value * white / 255)))]), 1);

    [Fact]
    public void Sixteen_bits_that_name_their_white_are_scaled_by_it()
        => AssertGrey(TiffBytes.Picture(Width, Height, 1, 16, 1, 1, [.. s_grey.SelectMany(value => BitConverter.GetBytes((ushort)(value * 4095 / 255)))], Entry.Shorts(341, 4095)), 1);

    [Fact]
    public void Colours_keep_their_levels()
    {
        var samples = s_scene.Pixels.SelectMany(value => BitConverter.GetBytes(value / 255f)).ToArray();
        Assert.InRange(TestPictures.Difference(s_scene, Decoded(TiffBytes.Picture(Width, Height, 3, 32, 3, 2, samples))), 0, 1);
    }

    [Fact]
    public void White_is_zero_stays_so()
    {
        AssertGrey(TiffBytes.Picture(Width, Height, 1, 32, 1, 0, [.. s_grey.SelectMany(value => BitConverter.GetBytes(uint.MaxValue - (value * 16843009u)))]), 1);
        AssertGrey(TiffBytes.Picture(Width, Height, 1, 32, 3, 0, [.. s_grey.SelectMany(value => BitConverter.GetBytes(1 - (value / 255f)))]), 1);
    }

    [Fact]
    public void Signed_samples_are_right_or_refused()
    {
        var bytes = TiffBytes.Picture(Width, Height, 3, 16, 2, 2, [.. s_scene.Pixels.SelectMany(value => BitConverter.GetBytes((short)((value * 257) - 32768)))]);
        var result = PictureDecoder.Shared.Decode(bytes);
        if (result.Succeeded)
            Assert.InRange(TestPictures.Difference(s_scene, result.Picture), 0, 25);
        else
            Assert.Equal(DecodeFailureReason.Unsupported, result.Failure.Reason);
    }

    [Fact]
    public void Sixty_four_bits_and_floating_lab_are_unsupported()
    {
        foreach (var bytes in new[]
        {
            TiffBytes.Picture(Width, Height, 1, 64, 3, 1, [.. s_grey.SelectMany(value => BitConverter.GetBytes(value / 255.0))]),
            TiffBytes.Picture(Width, Height, 3, 32, 3, 8, [.. s_scene.Pixels.SelectMany(value => BitConverter.GetBytes(value / 255f))]),
        })
        {
            Assert.Equal(DecodeFailureReason.Unsupported, PictureDecoder.Shared.Decode(bytes).Failure?.Reason);
        }
    }

    [Fact]
    public void Eight_bit_lab_is_decoded()
    {
        // L* 53.24, a* 80.09, b* 67.20 is pure red (CIE 15, D65); TIFF stores L* as 0 to 255 and a*, b* signed.
        byte[] red = [136, 80, 67];
        var picture = Decoded(TiffBytes.Picture(32, 32, 3, 8, 1, 8, [.. Enumerable.Range(0, 32 * 32).SelectMany(_ => red)]));
        var (r, g, b) = picture.At(10, 10);
        Assert.InRange(r, 245, 255);
        Assert.InRange(g, 0, 30);
        Assert.InRange(b, 0, 30);
    }

    [Fact]
    public void Samples_of_one_value_are_no_range()
    {
        var dark = Decoded(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, [.. s_grey.SelectMany(_ => BitConverter.GetBytes(0.5f))]));
        Assert.All(dark.Pixels, value => Assert.InRange(value, 127, 128));
        var failure = PictureDecoder.Shared.Decode(TiffBytes.Picture(Width, Height, 1, 32, 3, 1, [.. s_grey.SelectMany(_ => BitConverter.GetBytes(float.PositiveInfinity))])).Failure;
        Assert.Equal(DecodeFailureReason.Unsupported, failure?.Reason);
    }

    [Fact]
    public void What_eight_bits_cannot_show_is_reported()
    {
        // Sixteen bits of which only the lowest eight are used: black, and not empty.
        var failure = PictureDecoder.Shared.Decode(TiffBytes.Picture(Width, Height, 1, 16, 1, 1, [.. s_grey.SelectMany(value => BitConverter.GetBytes((ushort)value))])).Failure;
        Assert.Equal(DecodeFailureReason.Flat, failure?.Reason);
        Assert.Contains("#", failure!.Message);
        Assert.True(PictureDecoder.Shared.Decode(TiffBytes.Picture(Width, Height, 1, 16, 1, 1, [.. s_grey.SelectMany(_ => BitConverter.GetBytes((ushort)9))])).Succeeded);
    }

    private static byte[] Bytes(float[] samples) => [.. samples.SelectMany(BitConverter.GetBytes)];

    private static void AssertGrey(byte[] tiff, double most)
    {
        var picture = Decoded(tiff);
        Assert.InRange(Enumerable.Range(0, s_grey.Length).Average(i => Math.Abs(picture.Pixels[3 * i] - s_grey[i])), 0, most);
    }

    private static Picture Decoded(byte[] bytes)
    {
        var result = PictureDecoder.Shared.Decode(bytes);
        Assert.True(result.Succeeded, result.Failure?.Message);
        return result.Picture;
    }
}
