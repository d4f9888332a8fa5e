using System.Globalization;

namespace Semblance.Sidecars;

/// <summary>
/// Which files of a folder belong to which pictures, by name alone, upper and lower case alike:
/// <list type="bullet">
/// <item><c>IMG_1.jpg.xmp</c> belongs to <c>IMG_1.jpg</c>, <c>IMG_1.xmp</c> to every <c>IMG_1</c> (a camera's RAW and JPEG, an iPhone's picture and film);</item>
/// <item>Google's <c>IMG_1.jpg.supplemental-metadata.json</c>, which is cut off so that the name without <c>.json</c> has no more than 46
/// characters, be it in that word or in the picture's own name, and whose number of a second <c>IMG_1(1).jpg</c> stands at its end.</item>
/// </list>
/// </summary>
internal static class SidecarNames
{
    private const string GoogleWord = ".supplemental-metadata";
    private const int GoogleLength = 46;

    private static readonly string[] s_extensions = [".xmp", ".json", ".mov", ".mp4", ".aae"];

    public static bool MayBeOne(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The sidecars of each picture that has any, by the picture's path; all in one folder.</summary>
    public static Dictionary<string, List<Sidecar>> Assign(IEnumerable<string> pictures, IReadOnlyList<Sidecar> files)
    {
        var assigned = new Dictionary<string, List<Sidecar>>(StringComparer.Ordinal);
        var byName = pictures.ToLookup(path => Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);
        var byStem = pictures.ToLookup(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            foreach (var picture in Owners(file.Path, byName, byStem))
            {
                if (!assigned.TryGetValue(picture, out var sidecars))
                    assigned[picture] = sidecars = [];
                sidecars.Add(file);
            }
        }
        return assigned;
    }

    private static IEnumerable<string> Owners(string file, ILookup<string, string> byName, ILookup<string, string> byStem)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (byName.Contains(name))
            return byName[name];
        if (IsJson(file))
        {
            var google = GoogleNames(name).FirstOrDefault(byName.Contains);
            if (google is not null)
                return byName[google];
            if (name.Length == GoogleLength && byName.Where(group => group.Key.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToList() is [var only])
                return only;
        }
        return byStem[name];
    }

    private static bool IsJson(string file) => Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Names of pictures that Google may have meant.</summary>
    private static IEnumerable<string> GoogleNames(string name)
    {
        var number = "";
        if (name.EndsWith(')') && name.LastIndexOf('(') is > 0 and var open
            && int.TryParse(name.AsSpan((open + 1)..^1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            number = name[open..];
            name = name[..open];
            yield return Numbered(name, number);
        }
        for (var point = name.IndexOf('.'); point >= 0; point = name.IndexOf('.', point + 1))
        {
            if (GoogleWord.StartsWith(name[point..], StringComparison.OrdinalIgnoreCase))
                yield return Numbered(name[..point], number);
        }
    }

    private static string Numbered(string name, string number) => Path.GetFileNameWithoutExtension(name) + number + Path.GetExtension(name);
}
