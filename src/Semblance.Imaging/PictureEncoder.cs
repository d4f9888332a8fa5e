using Semblance.Imaging.Vips;

namespace Semblance.Imaging;

public enum PictureFormat
{
    Jpeg,
    Png,
    WebP,
}

/// <summary>Pixels to file bytes, without metadata.</summary>
public static class PictureEncoder
{
    /// <param name="quality">1 to 100 for JPEG and WebP; PNG is lossless and ignores it.</param>
    public static unsafe byte[] Encode(Picture picture, PictureFormat format, int quality = 85)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        fixed (byte* pixels = picture.Pixels)
        {
            using var samples = VipsImage.Over(pixels, picture.Width, picture.Height, 3);
            using var chain = new VipsChain(samples);
            chain.Then("copy", call => call.With("interpretation", "srgb"));
            return format switch
            {
                PictureFormat.Jpeg => new VipsOperation("jpegsave_buffer").With("in", chain.Image).With("Q", quality).RunToBuffer(),
                PictureFormat.Png => new VipsOperation("pngsave_buffer").With("in", chain.Image).RunToBuffer(),
                PictureFormat.WebP => new VipsOperation("webpsave_buffer").With("in", chain.Image).With("Q", quality).RunToBuffer(),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "JPEG, PNG and WebP can be written."),
            };
        }
    }
}
