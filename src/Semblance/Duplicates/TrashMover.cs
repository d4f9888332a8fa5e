using System.Globalization;

namespace Semblance.Duplicates;

/// <summary>
/// The user's trash: on Linux the home trash of the freedesktop.org Trash specification 1.0 (<c>files/</c> and, so that the desktop
/// can put a file back, <c>info/NAME.trashinfo</c>); on macOS the folder <c>~/.Trash</c>.
/// </summary>
internal sealed class TrashMover : IFileMover
{
    private const string InfoExtension = ".trashinfo";

    private readonly TimeProvider _time;
    private readonly string? _info;
    private readonly FolderMover _files;

    public TrashMover(string folder, TimeProvider time)
    {
        _time = time;
        _info = OperatingSystem.IsMacOS() ? null : Path.Combine(Path.GetFullPath(folder), "info");
        _files = new FolderMover(_info is null ? folder : Path.Combine(folder, "files"));
    }

    public static string SystemFolder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
            return Path.Combine(home, ".Trash");
        if (OperatingSystem.IsLinux())
        {
            var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            return Path.Combine(string.IsNullOrEmpty(data) ? Path.Combine(home, ".local", "share") : data, "Trash");
        }
        throw new GalleryException("The trash of this system cannot be reached; use the action move with a folder instead.");
    }

    public string Plan(string path)
    {
        while (true)
        {
            var target = _files.Plan(path);
            if (_info is null || !File.Exists(InfoFile(target)))
                return target;
        }
    }

    public void Prepare(string path, string target)
    {
        _files.Prepare(path, target);
        if (_info is null)
            return;
        Directory.CreateDirectory(_info);
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var day = _time.GetLocalNow().ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        File.WriteAllText(InfoFile(target), $"[Trash Info]\nPath={escaped}\nDeletionDate={day}\n");
    }

    /// <summary>Removes the note of a file that has left the trash.</summary>
    public static void Forget(string target)
    {
        if (Path.GetDirectoryName(target) is { } files && Path.GetFileName(files) == "files")
            File.Delete(Path.Combine(Path.GetDirectoryName(files)!, "info", Path.GetFileName(target) + InfoExtension));
    }

    private string InfoFile(string target) => Path.Combine(_info!, Path.GetFileName(target) + InfoExtension);
}
