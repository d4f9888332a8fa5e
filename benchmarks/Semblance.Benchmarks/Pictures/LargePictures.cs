using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Semblance.Imaging;

namespace Semblance.Benchmarks.Pictures;

/// <summary>
/// The same photos at the size of a camera's: enlarged to 2 … 12 megapixels and stored as JPEG, two of three with halved
/// chroma (4:2:0, quality 85) and one with full chroma (4:4:4, which libvips writes from quality 90). Enlarged pictures are
/// smoother than a camera's, so their files are smaller; what is decoded is as many pixels. Made once and kept.
/// </summary>
internal static class LargePictures
{
    private const double LeastMegapixels = 2;
    private const double MostMegapixels = 12;

    /// <summary>Golden ratio: its multiples modulo 1 spread evenly however many there are.</summary>
    private const double Golden = 0.618033988749895;

    /// <returns>The folder of the pictures.</returns>
    public static string Make(string photos, int limit)
    {
        var sources = PictureSelection.Of(photos, limit);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("2 " + string.Join('\n', sources))))[..12];
        var folder = Path.Combine(Path.GetTempPath(), $"semblance-large-{sources.Count.ToString(CultureInfo.InvariantCulture)}-{name}");
        if (Directory.Exists(folder))
            return folder;
        Console.Error.WriteLine($"Making {sources.Count} large pictures in {folder} (once) ...");
        var building = folder + ".part";
        if (Directory.Exists(building))
            Directory.Delete(building, recursive: true);
        Directory.CreateDirectory(building);
        Parallel.For(0, sources.Count, i =>
        {
            var picture = PictureDecoder.Shared.DecodeFile(sources[i]).Picture!;
            var megapixels = LeastMegapixels + ((MostMegapixels - LeastMegapixels) * (i * Golden % 1));
            var scale = Math.Sqrt(megapixels * 1e6 / ((double)picture.Width * picture.Height));
            var enlarged = picture.Resize(Math.Max(1, (int)Math.Round(picture.Width * scale)), Math.Max(1, (int)Math.Round(picture.Height * scale)));
            File.WriteAllBytes(Path.Combine(building, $"{i:000000}.jpg"), PictureEncoder.Encode(enlarged, PictureFormat.Jpeg, i % 3 == 2 ? 90 : 85));
        });
        Directory.Move(building, folder);
        return folder;
    }
}
