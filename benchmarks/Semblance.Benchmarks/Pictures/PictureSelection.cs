using System.Security.Cryptography;
using Semblance.Imaging;

namespace Semblance.Benchmarks.Pictures;

/// <summary>Pictures of a folder that a measurement works on: evenly spaced over the sorted paths, no content twice.</summary>
internal static class PictureSelection
{
    /// <param name="folders">One folder or several with commas between.</param>
    /// <exception cref="VerbUsageException">A folder is missing, or they hold no picture.</exception>
    public static IReadOnlyList<string> Of(string folders, int limit)
    {
        var named = folders.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (Array.Find(named, folder => !Directory.Exists(folder)) is { } missing)
            throw new VerbUsageException($"There is no folder '{missing}'.");
        var all = named.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Where(PictureFiles.LooksLikePicture).Order(StringComparer.Ordinal).ToArray();
        // The gallery takes a picture that it knows by its bytes from the rows, which would be no work.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var chosen = new List<string>();
        var wanted = Math.Min(limit, all.Length);
        for (var i = 0; i < wanted; i++)
        {
            var path = all[(int)((long)i * all.Length / wanted)];
            if (PictureFiles.Read(path).Bytes is { } bytes && seen.Add(Convert.ToHexString(SHA256.HashData(bytes))) && PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = 64 }).Picture is not null)
                chosen.Add(path);
        }
        return chosen.Count > 0 ? chosen : throw new VerbUsageException($"'{folders}' holds no picture that can be decoded.");
    }

    /// <summary>Copies the pictures flatly into a folder, in their order, for a command that takes a folder.</summary>
    public static void CopyTo(IReadOnlyList<string> pictures, string folder)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < pictures.Count; i++)
            File.Copy(pictures[i], Path.Combine(folder, $"{i:000000}{Path.GetExtension(pictures[i])}"));
    }
}
