namespace Semblance.Testing;

/// <summary>
/// Real pictures that may lie beside the repository (<c>../shared/data</c>, or the folder that SEMBLANCE_SHARED_DATA names).
/// Tests use them when they are there and skip the case when not.
/// </summary>
public static class SharedData
{
    /// <summary>Full path of a data set's folder, or null where the data is not on this machine.</summary>
    public static string? Find(string set)
    {
        var named = Environment.GetEnvironmentVariable("SEMBLANCE_SHARED_DATA");
        if (named is not null)
            return Existing(Path.Combine(named, set));
        return RepositoryFolder.Find()?.Parent is { } beside
            ? Existing(Path.Combine(beside.FullName, "shared", "data", set)) ?? Existing(Path.Combine(beside.Parent?.FullName ?? "/", "shared", "data", set))
            : null;
    }

    private static string? Existing(string path) => Directory.Exists(path) || File.Exists(path) ? path : null;
}
