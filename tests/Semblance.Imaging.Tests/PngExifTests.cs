using System.IO.Compression;
using System.Text;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PngExifTests
{
    private static readonly Picture s_upright = TestPictures.Scene(60, 40, classIndex: 2, seed: 3);

    [Theory]
    [InlineData("behind")]
    [InlineData("text")]
    public void Exif_behind_the_pixels_and_in_a_compressed_text_is_read_and_turns_the_picture(string place)
    {
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var png = PictureBytes.Png(TestExif.Stored(s_upright, orientation));
            var block = TestExif.Block(orientation, make: "Leica");
            byte[] end = PngChunks.Chunk("IEND", []);
            var bytes = place == "behind"
                ? [.. png.AsSpan(0, png.Length - end.Length), .. PngChunks.Chunk("eXIf", block), .. end]
                : PngChunks.InsertAfterHeader(png, "zTXt", RawProfile(block));
            var picture = PictureDecoder.Shared.Decode(bytes).Picture!;
            Assert.Equal((orientation, "Leica"), (picture.Facts.Orientation, picture.Facts.Camera));
            Assert.Equal(s_upright.Pixels, picture.Pixels);
        }
    }

    [Theory]
    [InlineData("Raw profile type exif", "no digits at all")]
    [InlineData("Raw profile type exif", "\nexif\n 4\n123\n")]
    [InlineData("Comment", "\nexif\n 4\n4949\n")]
    public void Texts_that_are_no_profile_turn_nothing(string keyword, string text)
    {
        var bytes = PngChunks.InsertAfterHeader(PictureBytes.Png(s_upright), "zTXt", [.. Encoding.ASCII.GetBytes(keyword), 0, 0, .. Zlib(Encoding.ASCII.GetBytes(text))]);
        Assert.Equal(s_upright.Pixels, PictureDecoder.Shared.Decode(bytes).Picture!.Pixels);
    }

    // As ImageMagick writes it: a name, the length, hexadecimal digits on lines of 72; the block begins with "Exif".
    private static byte[] RawProfile(byte[] block)
    {
        byte[] payload = [.. "Exif\0\0"u8, .. block];
        var digits = Convert.ToHexStringLower(payload);
        var lines = string.Join('\n', digits.Chunk(72).Select(line => new string(line)));
        return [.. Encoding.ASCII.GetBytes("Raw profile type exif"), 0, 0, .. Zlib(Encoding.ASCII.GetBytes($"\nexif\n{payload.Length,8}\n{lines}\n"))];
    }

    private static byte[] Zlib(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var zlib = new ZLibStream(memory, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(bytes);
        return memory.ToArray();
    }
}
