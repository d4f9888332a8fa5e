namespace Semblance.Cli.Frame;

/// <summary>Turns what stands after <c>--gallery</c> into a folder.</summary>
internal static class GalleryLocation
{
    public const string DefaultName = ".semblance";

    /// <exception cref="UsageException">A kind of place that this version cannot open.</exception>
    public static string Resolve(string? text, CliHost host)
    {
        if (string.IsNullOrEmpty(text))
            return Path.Combine(host.CurrentFolder, DefaultName);
        if (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            throw new UsageException("Galleries in PostgreSQL are not in this version; give a folder or a name after --gallery.");
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal))
            text = Path.Join(host.Environment("HOME") ?? "", text[1..]);
        var folder = Path.GetFullPath(text, host.CurrentFolder);
        var isBareName = !text.StartsWith('.') && text.IndexOfAny(['/', '\\', ':']) < 0;
        return isBareName && !Directory.Exists(folder) ? Path.Combine(UserFolders.Data(host), "galleries", text) : folder;
    }
}
