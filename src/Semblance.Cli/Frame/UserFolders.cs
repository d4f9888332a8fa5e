namespace Semblance.Cli.Frame;

/// <summary>Where this user's things lie: <c>$SEMBLANCE_HOME</c> for all of them, else the system's places.</summary>
internal static class UserFolders
{
    /// <summary>Named galleries and models.</summary>
    public static string Data(CliHost host) => Home(host) ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "semblance");

    /// <summary>The user's own <c>semblance.json</c>.</summary>
    public static string Configuration(CliHost host) => Home(host) ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "semblance");

    /// <summary>Things that can be made again.</summary>
    public static string Cache(CliHost host)
    {
        if (Home(host) is { } home)
            return Path.Combine(home, "cache");
        if (!OperatingSystem.IsLinux())
            return Path.Combine(Data(host), "cache");
        return host.Environment("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? Path.Combine(cache, "semblance")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "semblance");
    }

    private static string? Home(CliHost host) => host.Environment("SEMBLANCE_HOME") is { Length: > 0 } home ? Path.GetFullPath(home, host.CurrentFolder) : null;
}
