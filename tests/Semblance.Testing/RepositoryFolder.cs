namespace Semblance.Testing;

/// <summary>The checkout that the running tests were built in; compiled-in source paths do not tell, as release builds replace them.</summary>
public static class RepositoryFolder
{
    /// <summary>Full path of a file or folder of the repository.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run outside a checkout.</exception>
    public static string PathOf(params string[] parts)
        => Find() is { } root ? Path.Combine([root.FullName, .. parts]) : throw new DirectoryNotFoundException("No folder above the tests holds Semblance.slnx.");

    /// <summary>Null outside a checkout.</summary>
    internal static DirectoryInfo? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Semblance.slnx")))
                return folder;
        }
        return null;
    }
}
