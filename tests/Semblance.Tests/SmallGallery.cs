using Semblance.Imaging;
using Semblance.Testing;

namespace Semblance.Tests;

/// <summary>A folder of small made pictures and a gallery over it, with the histogram embedder that needs no network.</summary>
internal sealed class SmallGallery : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Pictures => _folder["pictures"];

    public string Folder => _folder["gallery"];

    public string this[params string[] parts] => Path.Combine([_folder.Path, .. parts]);

    public Gallery Open(string? model = "hsv", bool readOnly = false) => Gallery.Open(Folder, new GalleryOptions { Model = model, Threads = 2, ReadOnly = readOnly });

    /// <summary>Writes <paramref name="classes"/> × <paramref name="each"/> scenes as <c>pictures/cN/pM.jpg</c>.</summary>
    public SmallGallery Fill(int classes = 3, int each = 4)
    {
        for (var c = 0; c < classes; c++)
        {
            for (var i = 0; i < each; i++)
                Write($"c{c}/p{i}.jpg", TestPictures.Scene(48, 40, c, (c * 1000) + i));
        }
        return this;
    }

    public string Write(string name, Picture picture) => Write(name, PictureBytes.Jpeg(picture));

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Pictures, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => _folder.Dispose();
}
