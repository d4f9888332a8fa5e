namespace Semblance.Duplicates;

/// <summary>Decides where a file goes.</summary>
internal interface IFileMover
{
    /// <summary>A free path that no earlier call has given.</summary>
    string Plan(string path);

    /// <summary>What must stand before the file moves.</summary>
    void Prepare(string path, string target);
}

/// <summary>Into one folder under the file's own name, with a number where that is taken.</summary>
internal sealed class FolderMover(string folder) : IFileMover
{
    private readonly string _folder = Path.GetFullPath(folder);

    // File systems that fold case must not see two names as one.
    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);

    public string Plan(string path)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(path), Path.GetExtension(path));
        for (var number = 1; ; number++)
        {
            var target = Path.Combine(_folder, number == 1 ? stem + extension : $"{stem} ({number}){extension}");
            if (!Path.Exists(target) && _given.Add(target))
                return target;
        }
    }

    public void Prepare(string path, string target) => Directory.CreateDirectory(_folder);
}
