using System.Diagnostics;
using System.Reflection;

namespace Semblance.Benchmarks.Training;

/// <summary>A verb in a new process of this program, so that its peak of memory is its own.</summary>
internal static class OwnProcess
{
    /// <summary>Runs it to its end; its output goes to this process's.</summary>
    public static int Run(string verb, IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        string[] first = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
        using var process = Process.Start(new ProcessStartInfo(program, [.. first, verb, .. arguments]) { UseShellExecute = false })
            ?? throw new InvalidOperationException($"'{program}' did not start.");
        process.WaitForExit();
        return process.ExitCode;
    }
}
