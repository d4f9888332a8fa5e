using System.Runtime.InteropServices;
using ImageMagick;
using Semblance.Natives;

namespace Semblance.Imaging.Tests.Second;

/// <summary>Pictures as files of formats that only ImageMagick writes here.</summary>
internal static class MagickBytes
{
    static MagickBytes() => NativeLibrary.SetDllImportResolver(typeof(MagickImage).Assembly, static (name, _, _) =>
        NativeLibrary.Load(Directory.GetFiles(Path.GetDirectoryName(NativeAssets.Decoder)!, name + "*").Single()));

    /// <summary>Formats of the second decoder that are written here, by their names.</summary>
    internal static readonly string[] Formats = ["jpeg-xl", "jpeg-2000", "psd", "bmp"];

    internal static byte[] Of(Picture picture, string format, Action<MagickImage>? change = null)
        => Of(picture.Pixels, "RGB", picture.Width, picture.Height, format, change);

    /// <param name="mapping">Channels of the samples in their order.</param>
    internal static byte[] Of(byte[] samples, string mapping, int width, int height, string format, Action<MagickImage>? change = null)
    {
        using var image = new MagickImage();
        image.ReadPixels(samples, new PixelReadSettings((uint)width, (uint)height, StorageType.Char, mapping));
        // JPEG XL without loss; the others keep or nearly keep the samples.
        image.Quality = 100;
        change?.Invoke(image);
        return image.ToByteArray(format switch
        {
            "jpeg-xl" => MagickFormat.Jxl,
            "jpeg-2000" => MagickFormat.Jp2,
            "jpeg-2000-stream" => MagickFormat.J2k,
            "psd" => MagickFormat.Psd,
            "bmp" => MagickFormat.Bmp,
            "bmp3" => MagickFormat.Bmp3,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No writer."),
        });
    }
}
