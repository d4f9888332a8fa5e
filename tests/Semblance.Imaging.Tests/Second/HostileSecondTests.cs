using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Second;

/// <summary>Files that want more of the second decoder than pixels.</summary>
public sealed class HostileSecondTests
{
    private static readonly Picture s_scene = TestPictures.Scene(96, 64, classIndex: 3, seed: 5);

    public static TheoryData<string> Formats() => [.. MagickBytes.Formats];

    [Theory]
    [InlineData("push graphic-context\nviewbox 0 0 100 80\nimage over 0,0 100,80 '{0}'\nimage over 0,0 0,0 '{1}'\npop graphic-context\n")]
    [InlineData("<?xml version=\"1.0\"?>\n<image><read filename=\"{0}\"/><read filename=\"{1}\"/><write filename=\"{2}\"/></image>\n")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"80\"><image href=\"{0}\" width=\"100\" height=\"80\"/><image href=\"{1}\" width=\"1\" height=\"1\"/></svg>")]
    [InlineData("@{0}\n{1}\n")]
    [InlineData("%!PS\n({0}) run\nshowpage\n")]
    public void Scripts_reach_nothing_whatever_their_name_and_first_bytes_say(string script)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["red.png"], PictureBytes.Png(TestPictures.Solid(100, 80, 255, 0, 0)));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var text = Encoding.ASCII.GetBytes(script
            .Replace("{0}", folder["red.png"], StringComparison.Ordinal)
            .Replace("{1}", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/a.png", StringComparison.Ordinal)
            .Replace("{2}", folder["written.png"], StringComparison.Ordinal));
        byte[][] heads = [[], [.. SecondBytes.BmpHeader(100, 80, 24)], [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], [0xFF, 0x0A], [.. "8BPS"u8, 0, 1], [0x76, 0x2F, 0x31, 0x01], [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, 0x0A]];
        foreach (var head in heads)
        {
            foreach (var name in new[] { "a.heic", "a.bmp" })
            {
                File.WriteAllBytes(folder[name], [.. head, .. text]);
                if (PictureDecoder.Shared.DecodeFile(folder[name]).Picture is { } picture)
                    Assert.DoesNotContain(Enumerable.Range(0, picture.Width * picture.Height), i => picture.Pixels[3 * i] == 255 && picture.Pixels[(3 * i) + 1] == 0 && picture.Pixels[(3 * i) + 2] == 0);
            }
        }
        Assert.False(File.Exists(folder["written.png"]));
        Assert.False(listener.Pending());
    }

    [Fact]
    public void A_header_that_promises_too_many_pixels_is_told_before_any_is_decoded()
    {
        var jxl = MagickBytes.Of(TestPictures.Solid(2000, 1500, 1, 200, 3), "jpeg-xl");
        byte[] psd = SecondBytes.Psd(TestPictures.Solid(2, 2, 0, 0, 0));
        BinaryPrimitives.WriteInt32BigEndian(psd.AsSpan(14), 29000);
        BinaryPrimitives.WriteInt32BigEndian(psd.AsSpan(18), 29000);
        byte[] exr = SecondBytes.Exr(2, 2, (_, _) => default);
        var window = exr.AsSpan().IndexOf("dataWindow"u8) + "dataWindow".Length + 1 + "box2i".Length + 1 + 4;
        BinaryPrimitives.WriteInt32LittleEndian(exr.AsSpan(window + 8), 60000);
        BinaryPrimitives.WriteInt32LittleEndian(exr.AsSpan(window + 12), 60000);
        byte[] jp2 = MagickBytes.Of(s_scene, "jpeg-2000");
        var size = jp2.AsSpan().IndexOf([(byte)0xFF, (byte)0x4F, (byte)0xFF, (byte)0x51]) + 8;
        BinaryPrimitives.WriteInt32BigEndian(jp2.AsSpan(size), 60000);
        BinaryPrimitives.WriteInt32BigEndian(jp2.AsSpan(size + 4), 60000);
        // Warm, so that the clock below measures pictures.
        PictureDecoder.Shared.Decode(SecondBytes.Bmp(s_scene));
        var clock = Stopwatch.StartNew();
        Assert.Equal(DecodeFailureReason.TooLarge, PictureDecoder.Shared.Decode(SecondBytes.BmpHeader(60000, 60000, 24)).Failure?.Reason);
        Assert.Equal(DecodeFailureReason.Truncated, PictureDecoder.Shared.Decode(psd).Failure?.Reason);
        Assert.Equal(DecodeFailureReason.TooLarge, PictureDecoder.Shared.Decode(jxl, new DecodeOptions { MaxMegapixels = 2 }).Failure?.Reason);
        Assert.False(PictureDecoder.Shared.Decode(exr).Succeeded);
        Assert.False(PictureDecoder.Shared.Decode(jp2).Succeeded);
        Assert.True(clock.Elapsed.TotalSeconds < 20, $"{clock.Elapsed}");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    [InlineData("heic")]
    public void Cut_and_damaged_files_are_values(string format)
    {
        var whole = format == "bmp" ? SecondBytes.Bmp(s_scene) : format == "heic" ? HeicBytes.Turned : MagickBytes.Of(s_scene, format);
        var random = new Random(7);
        for (var i = 0; i < 12; i++)
        {
            var cut = PictureDecoder.Shared.Decode(whole.AsMemory(0, whole.Length * (i % 9) / 10));
            // A cut JPEG 2000 holds a coarser whole picture: that it is read is right.
            Assert.True(format == "jpeg-2000" || !cut.Succeeded, $"{i} tenths decoded");
            var damaged = whole.ToArray();
            for (var n = 0; n < 20; n++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var result = PictureDecoder.Shared.Decode(damaged, new DecodeOptions { MaxMegapixels = 4 });
            Assert.True(result.Succeeded || result.Failure.Message.Length > 0);
        }
        Assert.True(PictureDecoder.Shared.Decode(whole).Succeeded);
    }

    [Fact]
    public void Random_bytes_behind_every_magic_are_a_value()
    {
        var random = new Random(12);
        byte[][] magics = [[0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], [.. SecondBytes.BmpHeader(30, 20, 24)], [0xFF, 0x0A], [0, 0, 0, 12, .. "JXL \r\n"u8, 0x87, 0x0A], [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, 0x0A], [0xFF, 0x4F, 0xFF, 0x51], [.. "8BPS"u8, 0, 1], [0x76, 0x2F, 0x31, 0x01, 2, 0, 0, 0], [.. "II*\0"u8, 16, 0, 0, 0, .. "CR\x02\0"u8, 0, 0, 0, 0], [.. "FUJIFILMCCD-RAW "u8], [0, 0, 0, 24, .. "ftypcrx "u8], [.. "IIU\0"u8], [.. "IIRO"u8], [.. "MMOR"u8]];
        foreach (var magic in magics)
        {
            for (var length = 0; length < 200; length += 66)
            {
                var noise = new byte[length];
                random.NextBytes(noise);
                var result = PictureDecoder.Shared.Decode((byte[])[.. magic, .. noise]);
                Assert.True(!result.Succeeded || magic[0] == 'B', result.Picture?.Facts.Format);
            }
        }
    }
}
