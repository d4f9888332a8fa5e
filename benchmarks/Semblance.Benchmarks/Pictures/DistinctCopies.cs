using System.Buffers.Binary;
using Semblance.Imaging;

namespace Semblance.Benchmarks.Pictures;

/// <summary>
/// Many pictures out of few: copies of the large set with eight distinct bytes after the end marker of the JPEG, which every
/// decoder passes over, so that each is another file by its hash and the same work.
/// </summary>
internal static class DistinctCopies
{
    public static void Make(string large, int count, string target)
    {
        var sources = Directory.GetFiles(large).Order(StringComparer.Ordinal).ToArray();
        var files = Array.ConvertAll(sources, File.ReadAllBytes);
        Span<byte> mark = stackalloc byte[8];
        for (var i = 0; i < count; i++)
        {
            // Folders of a thousand, as no one keeps 20,000 files in one.
            var folder = Path.Combine(target, $"{i / 1000:000}");
            Directory.CreateDirectory(folder);
            BinaryPrimitives.WriteInt64LittleEndian(mark, i);
            using var file = File.Create(Path.Combine(folder, $"{i:000000}.jpg"));
            file.Write(files[i % files.Length]);
            file.Write(mark);
        }
        var first = Path.Combine(target, "000", "000000.jpg");
        if (PictureDecoder.Shared.DecodeFile(first).Failure is { } failure)
            throw new InvalidOperationException($"A copy does not decode: {failure.Message}");
    }
}
