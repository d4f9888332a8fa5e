using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class HostileContentTests
{
    [Fact]
    public void Svg_reads_no_file_and_no_network()
    {
        using var folder = new TemporaryFolder();
        var red = folder["red.png"];
        File.WriteAllBytes(red, PictureBytes.Png(TestPictures.Solid(100, 80, 255, 0, 0)));
        File.WriteAllText(folder["style.css"], "rect { fill: #ff0000 !important; }");
        File.WriteAllText(folder["other.svg"], "<svg xmlns='http://www.w3.org/2000/svg'><rect id='a' width='100' height='80' fill='#f00'/></svg>");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/red.png";
        var svg = folder["out.svg"];
        File.WriteAllBytes(svg, HostileBytes.SvgThatReachesOut(red, url));

        // As a file beside what it refers to, where a base address would be easiest to come by.
        var result = PictureDecoder.Shared.DecodeFile(svg);

        if (result.Succeeded)
            Assert.All(result.Picture.Pixels, sample => Assert.Equal(255, sample));
        else
            Assert.Equal(DecodeFailureReason.Broken, result.Failure.Reason);
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("<image href=\"file://{0}\" width=\"100\" height=\"80\"/>")]
    [InlineData("<image xlink:href=\"{0}\" width=\"100\" height=\"80\"/>")]
    [InlineData("<image href=\"red.png\" width=\"100\" height=\"80\"/>")]
    [InlineData("<style>@import url('file://{1}/style.css');</style><rect width=\"100\" height=\"80\" fill=\"white\"/>")]
    [InlineData("<use href=\"file://{1}/other.svg#a\"/>")]
    public void Each_reference_of_an_svg_stays_unread(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["red.png"], PictureBytes.Png(TestPictures.Solid(100, 80, 255, 0, 0)));
        File.WriteAllText(folder["style.css"], "rect { fill: #ff0000 !important; }");
        File.WriteAllText(folder["other.svg"], "<svg xmlns='http://www.w3.org/2000/svg'><rect id='a' width='100' height='80' fill='#f00'/></svg>");
        var svg = PictureBytes.Svg(content.Replace("{0}", folder["red.png"], StringComparison.Ordinal).Replace("{1}", folder.Path, StringComparison.Ordinal));
        Assert.All(PictureDecoder.Shared.Decode(svg).Picture!.Pixels, sample => Assert.Equal(255, sample));
    }

    [Fact]
    public void An_embedded_picture_of_an_svg_is_drawn()
    {
        // The proof that the tests above would see the red, were it read.
        var data = Convert.ToBase64String(PictureBytes.Png(TestPictures.Solid(100, 80, 255, 0, 0)));
        var picture = PictureDecoder.Shared.Decode(PictureBytes.Svg($"<image href=\"data:image/png;base64,{data}\" width=\"100\" height=\"80\"/>")).Picture!;
        Assert.Equal((255, 0, 0), picture.At(50, 40));
    }

    [Fact]
    public void Multiplying_entities_end_quickly()
    {
        var clock = Stopwatch.StartNew();
        var result = PictureDecoder.Shared.Decode(HostileBytes.SvgOfEntities());
        Assert.True(clock.Elapsed.TotalSeconds < 5, $"{clock.Elapsed}");
        Assert.True(result.Succeeded || result.Failure.Reason == DecodeFailureReason.Broken);
    }

    [Fact]
    public void A_filter_over_a_huge_drawing_ends()
    {
        var svg = PictureBytes.Svg("<rect width=\"9000\" height=\"5000\" fill=\"#204060\"/><filter id=\"f\"><feTurbulence numOctaves=\"9\"/></filter><rect width=\"9000\" height=\"50\" filter=\"url(#f)\"/>", "width=\"9000\" height=\"5000\"");
        var clock = Stopwatch.StartNew();
        var picture = PictureDecoder.Shared.Decode(svg).Picture!;
        Assert.True(clock.Elapsed.TotalSeconds < 20, $"{clock.Elapsed}");
        Assert.Equal((9000, 5000), (picture.Width, picture.Height));
        Assert.Equal((0x20, 0x40, 0x60), picture.At(4500, 3000));
    }

    [Fact]
    public void Fifty_megabytes_of_comments_are_skipped()
    {
        var bytes = HostileBytes.JpegWithComments(50 << 20);
        var before = Environment.WorkingSet;
        var result = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = 20 });
        Assert.True(result.Succeeded, result.Failure?.Message);
        Assert.True(Environment.WorkingSet - before < 150 << 20, $"{(Environment.WorkingSet - before) >> 20} MB");
    }

    [Theory]
    [InlineData("zTXt")]
    [InlineData("iCCP")]
    public void Compressed_metadata_does_not_unpack_without_end(string chunk)
    {
        var bytes = HostileBytes.PngWithCompressed(chunk, 300L << 20);
        var before = Environment.WorkingSet;
        var result = PictureDecoder.Shared.Decode(bytes);
        Assert.True(Environment.WorkingSet - before < 120 << 20, $"{(Environment.WorkingSet - before) >> 20} MB");
        Assert.True(result.Succeeded || result.Failure.Reason == DecodeFailureReason.Broken, result.Failure?.Message);
    }

    [Fact]
    public void Random_bytes_behind_every_magic_are_a_value()
    {
        var random = new Random(11);
        byte[][] magics = [[0xFF, 0xD8, 0xFF], [.. PngChunks.Signature], [.. "RIFF\x20\0\0\0WEBPVP8 "u8], [.. "GIF89a"u8], [.. "II*\0"u8], [.. "MM\0*"u8], [0, 0, 0, 0x1C, .. "ftypavif"u8], [.. "<svg "u8], [.. "P5 "u8]];
        foreach (var magic in magics)
        {
            for (var length = 0; length < 200; length += 13)
            {
                var noise = new byte[length];
                random.NextBytes(noise);
                Assert.False(PictureDecoder.Shared.Decode((byte[])[.. magic, .. noise]).Succeeded);
            }
        }
    }

    [Fact]
    public void Failures_of_many_threads_keep_their_own_reasons()
    {
        var good = PictureBytes.Jpeg(TestPictures.Gradient(100, 80));
        var cut = good.AsMemory(0, good.Length / 2);
        byte[] text = Encoding.ASCII.GetBytes("no picture at all");
        var bomb = HostileBytes.HeaderBomb("png");
        Parallel.For(0, 400, i =>
        {
            var result = (i % 4) switch
            {
                0 => PictureDecoder.Shared.Decode(good),
                1 => PictureDecoder.Shared.Decode(cut),
                2 => PictureDecoder.Shared.Decode(text),
                _ => PictureDecoder.Shared.Decode(bomb),
            };
            DecodeFailureReason? expected = (i % 4) switch { 0 => null, 1 => DecodeFailureReason.Truncated, 2 => DecodeFailureReason.NotAPicture, _ => DecodeFailureReason.TooLarge };
            Assert.Equal(expected, result.Failure?.Reason);
        });
    }
}
