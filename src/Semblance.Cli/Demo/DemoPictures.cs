using System.IO.Compression;
using Semblance.Cli.Frame;
using Semblance.Natives;

namespace Semblance.Cli.Demo;

/// <summary>The emoji that come with the build, unpacked once to the user's cache.</summary>
internal static class DemoPictures
{
    /// <summary>Whether a picture lies in the folder or below; a gallery may hold others too.</summary>
    public static bool IsBelow(string path, string folder) => path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <returns>A folder with one folder of pictures per vendor; the same sign has the same name in each.</returns>
    public static string Unpack(string cache, CancellationToken cancellationToken)
    {
        string zip;
        try
        {
            zip = NativeAssets.DemoPictures;
        }
        catch (FileNotFoundException e)
        {
            throw new UsageException($"{e.Message} Or give a folder of your own: semblance demo DIR.");
        }
        // Another build's pictures get another folder; a half-unpacked one is never seen under this name.
        var folder = Path.Combine(cache, $"demo-emoji-{new FileInfo(zip).Length:x}");
        if (Directory.Exists(folder))
            return folder;
        cancellationToken.ThrowIfCancellationRequested();
        var beside = $"{folder}.part-{Guid.NewGuid():N}";
        Directory.CreateDirectory(beside);
        ZipFile.ExtractToDirectory(zip, beside);
        try
        {
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(beside, recursive: true);
        }
        return folder;
    }
}
