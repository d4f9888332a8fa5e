using System.Diagnostics;

namespace Semblance.Benchmarks.Processes;

/// <summary>Commands run beside the measurement.</summary>
internal static class ChildProcess
{
    /// <summary>Full path of a command on the PATH, or null.</summary>
    public static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);

    /// <summary>The built <c>semblance</c> of this repository.</summary>
    /// <exception cref="VerbUsageException">It is not built.</exception>
    public static string Semblance()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, "artifacts", "bin", "Semblance.Cli", "release", OperatingSystem.IsWindows() ? "semblance.exe" : "semblance");
            if (File.Exists(built))
                return built;
        }
        throw new VerbUsageException("The command is not built; run 'dotnet build -c Release src/Semblance.Cli' first.");
    }

    public static Process Start(string command, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"'{command}' did not start.");
    }

    /// <summary>Runs a command to its end and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static string Capture(string command, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        using var process = Start(command, arguments, environment);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"'{command}' ended with code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim()}");
    }
}
