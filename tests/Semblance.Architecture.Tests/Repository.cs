namespace Semblance.Architecture.Tests;

internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Semblance.slnx")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("These tests read the sources, and no folder above them holds Semblance.slnx.");
    }
}
