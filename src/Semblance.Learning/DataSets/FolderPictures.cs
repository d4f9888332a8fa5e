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
        foreach (var path in Files(root))
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

    private static IEnumerable<string> Files(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
        return new FileSystemEnumerable<string>(root, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.FileName[0] != '.' && PictureFiles.LooksLikePicture(entry.FileName.ToString()),
            ShouldRecursePredicate = (ref entry) => entry.FileName[0] != '.' && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
    }

    private static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
}
