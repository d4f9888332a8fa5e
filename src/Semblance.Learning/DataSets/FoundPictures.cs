namespace Semblance.Learning.DataSets;

/// <summary>
/// Pictures by their path below the root of a set, until all are found and the classes can be numbered: a picture's class is the path
/// of its folder, and classes and pictures are sorted ordinally, so that neither the file system's nor the archive's order counts.
/// </summary>
internal sealed class FoundPictures
{
    private readonly SortedDictionary<string, PictureSource> _byPath = new(StringComparer.Ordinal);
    private readonly List<PictureFailure> _skipped = [];

    public int Count => _byPath.Count;

    /// <summary>A path that comes again replaces what it meant before, as in archives.</summary>
    public void Add(string path, PictureSource source) => _byPath[path] = source;

    public void Skip(string name, string message) => _skipped.Add(new PictureFailure(name, message));

    /// <param name="stripCommon">Folders that all pictures share are no part of the class, the innermost excepted.</param>
    /// <exception cref="DataSetException">There is no picture in a class.</exception>
    public LabelledPictures ToSet(string origin, bool stripCommon)
    {
        var strip = stripCommon ? CommonFolders() : 0;
        var (sources, classes) = (new List<PictureSource>(), new List<string>());
        foreach (var (path, source) in _byPath)
        {
            var folder = string.Join('/', path.Split('/')[strip..^1]);
            if (folder.Length == 0)
            {
                Skip(path, "The picture lies in no class folder; move it into the folder of its class.");
                continue;
            }
            sources.Add(source);
            classes.Add(folder);
        }
        if (sources.Count == 0)
            throw new DataSetException($"{origin} holds no picture in a class folder ({_skipped.Count} left out{(_skipped.Count > 0 ? $", the first: '{_skipped[0].Name}': {_skipped[0].Message}" : "")}). Expected is <class>/<picture>, one folder for each class.");
        var names = classes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var numbers = names.Index().ToDictionary(row => row.Item, row => row.Index, StringComparer.Ordinal);
        return new LabelledPictures(sources, [.. classes.Select(name => numbers[name])], names) { Skipped = _skipped };
    }

    private int CommonFolders()
    {
        string[]? common = null;
        var most = int.MaxValue;
        foreach (var path in _byPath.Keys)
        {
            var folders = path.Split('/')[..^1];
            most = Math.Min(most, folders.Length - 1);
            common ??= folders;
            common = common[..common.AsSpan().CommonPrefixLength(folders)];
        }
        return common is null ? 0 : Math.Max(0, Math.Min(common.Length, most));
    }
}
