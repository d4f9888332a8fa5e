using System.IO.Enumeration;
using Semblance.Imaging;

namespace Semblance.Learning.DataSets;

/// <summary>Pictures below a folder. Links to files are followed, links to folders not: they may go round.</summary>
internal static class FolderPictures
{
    public static LabelledPictures Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DataSetException($"There is no folder '{folder}'; name the folder that holds one folder for each class.");
        var root = Path.GetFullPath(folder);
        var found = new FoundPictures();
        var filled = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Files(root, found))
        {
            var name = Relative(root, path);
            found.Add(name, PictureSource.FromFile(path, name));
            filled.Add(name[..Math.Max(0, name.IndexOf('/', StringComparison.Ordinal))]);
        }
        foreach (var path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            var name = Relative(root, path);
            if (name[0] != '.' && !filled.Contains(name))
                found.Skip(name + "/", "The class folder holds no picture; the class is left out.");
        }
        return found.ToSet($"The folder '{folder}'", stripCommon: false);
    }

    /// <summary>Files that look like pictures. A folder that cannot be entered is left out by name, and the walk goes on.</summary>
    private static List<string> Files(string root, FoundPictures found)
    {
        var files = new List<string>();
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            try
            {
                foreach (var (name, isFolder) in Entries(folder))
                {
                    if (isFolder)
                        folders.Push(Path.Join(folder, name));
                    else
                        files.Add(Path.Join(folder, name));
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                found.Skip(Relative(root, folder) + "/", failure is PathTooLongException ? "The path is too long to be opened; move the folder up." : $"The folder cannot be read: {failure.Message}");
            }
        }
        return files;
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder)> Entries(string folder)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };
        return new(folder, (ref entry) => (entry.FileName.ToString(), entry.IsDirectory), options)
        {
            ShouldIncludePredicate = (ref entry) => entry.FileName[0] != '.'
                && (entry.IsDirectory ? !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) : PictureFiles.LooksLikePicture(entry.FileName.ToString())),
        };
    }

    private static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
}
