using Semblance.Imaging;
using Semblance.Imaging.Vips;

namespace Semblance.Testing;

/// <summary>Pictures as file bytes in the variants that real files come in.</summary>
public static class PictureBytes
{
    public static byte[] Jpeg(Picture picture, int quality = 95) => PictureEncoder.Encode(picture, PictureFormat.Jpeg, quality);

    public static byte[] Png(Picture picture) => PictureEncoder.Encode(picture, PictureFormat.Png);

    public static byte[] WebP(Picture picture, int quality = 95) => PictureEncoder.Encode(picture, PictureFormat.WebP, quality);

    public static byte[] ProgressiveJpeg(Picture picture) => Save(picture, "jpegsave_buffer", call => call.With("Q", 95).With("interlace", "true"));

    public static byte[] GreyJpeg(Picture picture) => Save(Grey(picture), 1, picture.Width, picture.Height, "b-w", "jpegsave_buffer", call => call.With("Q", 95));

    public static byte[] GreyPng(Picture picture) => Save(Grey(picture), 1, picture.Width, picture.Height, "b-w", "pngsave_buffer", call => call);

    /// <summary>Converted with libvips' own CMYK profile, which is embedded.</summary>
    public static byte[] CmykJpeg(Picture picture) => Save(picture, "jpegsave_buffer", call => call.With("Q", 97).With("subsample-mode", "off"), chain =>
        chain.Then("icc_transform", call => call.With("output-profile", "cmyk").With("input-profile", "srgb").With("depth", 8)));

    public static byte[] PalettePng(Picture picture) => Save(picture, "pngsave_buffer", call => call.With("palette", "true").With("Q", 100));

    public static byte[] SixteenBitPng(Picture picture) => Save(picture, "pngsave_buffer", call => call, chain =>
        chain.Then("colourspace", call => call.With("space", "rgb16")));

    public static byte[] InterlacedPng(Picture picture) => Save(picture, "pngsave_buffer", call => call.With("interlace", "true"));

    public static byte[] Gif(Picture picture) => Save(picture, "gifsave_buffer", call => call);

    public static byte[] Avif(Picture picture) => Save(picture, "heifsave_buffer", call => call.With("compression", "av1").With("Q", 90).With("effort", 2));

    public static byte[] Tiff(Picture picture, string compression = "none") => Save(picture, "tiffsave_buffer", call => call.With("compression", compression));

    public static byte[] SixteenBitTiff(Picture picture) => Save(picture, "tiffsave_buffer", call => call, chain =>
        chain.Then("colourspace", call => call.With("space", "rgb16")));

    /// <summary>JPEG for plain screens with a gain map behind it, for brighter ones (Ultra HDR).</summary>
    public static byte[] UltraHdrJpeg(Picture picture) => Save(picture, "uhdrsave_buffer", call => call.With("Q", 95), chain =>
        chain.Then("colourspace", call => call.With("space", "scrgb")));

    /// <summary>PNG whose numbers are meant in a profile that libvips has built in, e.g. <c>p3</c>.</summary>
    public static byte[] PngWithProfile(Picture picture, string profile) => Save(picture, "pngsave_buffer", call => call.With("profile", profile));

    public static byte[] JpegWithProfile(Picture picture, string profile) => Save(picture, "jpegsave_buffer", call => call.With("Q", 97).With("profile", profile));

    /// <summary>RGBA samples <c>[height, width, 4]</c>, alpha not multiplied into the colours.</summary>
    public static byte[] PngWithAlpha(byte[] samples, int width, int height) => Save(samples, 4, width, height, "srgb", "pngsave_buffer", call => call);

    public static byte[] SixteenBitPngWithAlpha(byte[] samples, int width, int height) => Save(samples, 4, width, height, "srgb", "pngsave_buffer", call => call, chain =>
        chain.Then("colourspace", call => call.With("space", "rgb16")));

    public static byte[] WebPWithAlpha(byte[] samples, int width, int height) => Save(samples, 4, width, height, "srgb", "webpsave_buffer", call => call.With("lossless", "true"));

    /// <summary>An animation; all frames have the size of the first.</summary>
    public static byte[] Animation(IReadOnlyList<Picture> frames, string format)
    {
        var height = frames[0].Height;
        var strip = frames.SelectMany(frame => frame.Pixels).ToArray();
        return Save(strip, 3, frames[0].Width, height * frames.Count, "srgb", format == "gif" ? "gifsave_buffer" : "webpsave_buffer", call => call.With("page-height", height));
    }

    public static byte[] Pgm(Picture picture)
        => [.. System.Text.Encoding.ASCII.GetBytes($"P5\n# grey\n{picture.Width} {picture.Height}\n255\n"), .. Grey(picture)];

    public static byte[] Ppm(Picture picture)
        => [.. System.Text.Encoding.ASCII.GetBytes($"P6 {picture.Width} {picture.Height} 255\n"), .. picture.Pixels];

    public static byte[] Svg(string content, string size = "width=\"100\" height=\"80\"")
        => System.Text.Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" {size}>{content}</svg>\n");

    /// <summary>Luma of Rec. 601, one sample a pixel.</summary>
    public static byte[] Grey(Picture picture)
    {
        var grey = new byte[picture.Width * picture.Height];
        for (var i = 0; i < grey.Length; i++)
            grey[i] = (byte)Math.Round((0.299 * picture.Pixels[3 * i]) + (0.587 * picture.Pixels[(3 * i) + 1]) + (0.114 * picture.Pixels[(3 * i) + 2]));
        return grey;
    }

    private static byte[] Save(Picture picture, string saver, VipsChain.Arguments arguments, Action<VipsChain>? before = null)
        => Save(picture.Pixels, 3, picture.Width, picture.Height, "srgb", saver, arguments, before);

    private static unsafe byte[] Save(byte[] samples, int bands, int width, int height, string interpretation, string saver, VipsChain.Arguments arguments, Action<VipsChain>? before = null)
    {
        fixed (byte* first = samples)
        {
            using var image = VipsImage.Over(first, width, height, bands);
            using var chain = new VipsChain(image);
            chain.Then("copy", call => call.With("interpretation", interpretation));
            before?.Invoke(chain);
            return arguments(new VipsOperation(saver).With("in", chain.Image)).RunToBuffer();
        }
    }
}
