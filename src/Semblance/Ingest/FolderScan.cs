using Semblance.Filtering;
using Semblance.Imaging;
using Semblance.Sidecars;
using Semblance.Storage;

namespace Semblance.Ingest;

/// <summary>A file that may be a picture, with the stamp that tells whether it has changed.</summary>
internal readonly record struct ScannedFile(string Path, long Size, DateTime Modified);

/// <summary>
/// Walks folders for pictures. What cannot be visited (an unreadable folder, a loop of links, a name that is no text, a path
/// beyond the system's limit) becomes a failure with a reason and never ends the walk.
/// </summary>
internal sealed class FolderScan
{
    /// <summary>Folders that hold thumbnails, caches or system files on common systems and photo servers.</summary>
    private static readonly HashSet<string> s_skippedFolders = new(StringComparer.OrdinalIgnoreCase)
    {
        "@eaDir", "node_modules", "System Volume Information", "$RECYCLE.BIN", "lost+found", "__MACOSX",
    };

    /// <summary>PATH_MAX of Linux, its terminating zero included.</summary>
    private const int MostPathBytes = 4096;

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    private readonly IngestOptions _options;
    private readonly string _galleryFolder;
    private readonly Glob[] _exclude;
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);

    public FolderScan(IngestOptions options, string galleryFolder)
    {
        _options = options;
        _galleryFolder = galleryFolder;
        _exclude = [.. options.Exclude.Select(Glob.OfPath)];
    }

    public List<ScannedFile> Files { get; } = [];

    public List<FailedFile> Failures { get; } = [];

    /// <summary>The files that belong to pictures, by the picture's path, sorted by name.</summary>
    public Dictionary<string, IReadOnlyList<Sidecar>> Sidecars { get; } = new(StringComparer.Ordinal);

    public void Walk(string root, CancellationToken cancellationToken)
    {
        if (!_visited.Add(root))
            return;
        // An explicit stack: a tree may be deeper than a thread's.
        var folders = new Stack<string>();
        folders.Push(root);
        while (folders.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var inside = new List<string>();
            var beside = new List<Sidecar>();
            var filesBefore = Files.Count;
            foreach (var entry in Entries(folder))
            {
                // Not entry.FullName: it is empty where the whole path is longer than the system's limit.
                var path = Path.Join(folder, entry.Name);
                var isFolder = entry is DirectoryInfo;
                if (IsTooLong(path))
                    Fail(path, "path-too-long", "The path is longer than this system can open; move it nearer to the root.");
                else if (Skipped(root, path, isFolder))
                    continue;
                else if (entry.LinkTarget is not null)
                    FollowLink(entry, path, isFolder, inside, beside);
                else if (isFolder)
                    inside.Add(path);
                else
                    AddFile((FileInfo)entry, path, beside);
            }
            if (beside.Count > 0)
            {
                foreach (var (picture, sidecars) in SidecarNames.Assign(Files.Skip(filesBefore).Select(file => file.Path), beside))
                    Sidecars[picture] = sidecars;
            }
            // The last pushed is the next visited: folders come in the order of their names.
            for (var i = inside.Count - 1; i >= 0; i--)
                folders.Push(inside[i]);
        }
    }

    private FileSystemInfo[] Entries(string folder)
    {
        try
        {
            var entries = new DirectoryInfo(folder).GetFileSystemInfos("*", s_everything);
            Array.Sort(entries, (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return entries;
        }
        catch (UnauthorizedAccessException)
        {
            Fail(folder, "unreadable", "The folder may not be read; give the user that runs Semblance the right to list it.");
        }
        catch (PathTooLongException)
        {
            Fail(folder, "path-too-long", "The path is longer than this system can open; move the folder nearer to the root.");
        }
        catch (DirectoryNotFoundException)
        {
            Fail(folder, "vanished", "The folder disappeared, or its name is not valid text, while it was being read.");
        }
        catch (IOException e)
        {
            Fail(folder, "unreadable", $"The folder cannot be listed: {e.Message}");
        }
        return [];
    }

    private static bool IsTooLong(string path) => !OperatingSystem.IsWindows() && System.Text.Encoding.UTF8.GetByteCount(path) >= MostPathBytes;

    private bool Skipped(string root, string path, bool isFolder)
    {
        var name = Path.GetFileName(path);
        if (!_options.IncludeHidden && name.StartsWith('.'))
            return true;
        if (isFolder && (s_skippedFolders.Contains(name) || path == _galleryFolder))
            return true;
        if (_exclude.Length == 0)
            return false;
        // A pattern from any folder on shall not mean the folders above the root; one with a leading slash gives the whole path.
        var relative = Path.GetRelativePath(root, path);
        return Array.Exists(_exclude, glob =>
        {
            var place = glob.IsRooted ? path : relative;
            return isFolder ? glob.MatchesAllBelow(place) : glob.MatchesPath(place);
        });
    }

    private void FollowLink(FileSystemInfo entry, string path, bool isFolder, List<string> folders, List<Sidecar> beside)
    {
        FileSystemInfo? target;
        try
        {
            target = entry.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException)
        {
            if (isFolder || PictureFiles.LooksLikePicture(path))
                Fail(path, "link-loop", "The link leads back to itself, or through too many links; remove it.");
            return;
        }
        catch (UnauthorizedAccessException)
        {
            Fail(path, "unreadable", "The target of the link may not be read.");
            return;
        }
        if (target is not { Exists: true })
        {
            if (PictureFiles.LooksLikePicture(path))
                Fail(path, "broken-link", "The link points to nothing.");
            return;
        }
        if (target is DirectoryInfo)
        {
            var isAbove = target.FullName == path || path.StartsWith(target.FullName.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            if (isAbove)
                Fail(path, "link-loop", "The link points to a folder that contains it; it was not followed.");
            else if (_options.FollowLinks && _visited.Add(target.FullName))
                folders.Add(path);
        }
        else if (_options.FollowLinks)
        {
            AddFile((FileInfo)target, path, beside);
        }
    }

    private void AddFile(FileInfo file, string path, List<Sidecar> beside)
    {
        try
        {
            if (path.Contains('\uFFFD', StringComparison.Ordinal) && !File.Exists(path))
            {
                if (PictureFiles.LooksLikePicture(path))
                    Fail(path, "bad-name", "The file's name is not valid UTF-8, so it cannot be opened by name; rename it.");
                return;
            }
            if (PictureFiles.LooksLikePicture(path) || PictureFiles.IsPictureByContent(path))
                Files.Add(new(path, file.Length, file.LastWriteTimeUtc));
            else if (SidecarNames.MayBeOne(path))
                beside.Add(new(path, file.Length, file.LastWriteTimeUtc));
        }
        catch (IOException e)
        {
            Fail(path, "unreadable", $"The file cannot be looked at: {e.Message}");
        }
        catch (UnauthorizedAccessException)
        {
            Fail(path, "unreadable", "The file may not be read; give the user that runs Semblance the right to read it.");
        }
    }

    private void Fail(string path, string reason, string message) => Failures.Add(new(path, 0, default, reason, message));
}
