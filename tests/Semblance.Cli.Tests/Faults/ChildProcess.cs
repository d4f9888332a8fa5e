using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

/// <summary>The built command as a process of its own, which a test may kill, interrupt or watch.</summary>
internal sealed partial class ChildProcess : IDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>No case takes a tenth of this; a process that lives longer hangs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ChildProcess(Process process, bool readOutput)
    {
        _process = process;
        _output = readOutput ? process.StandardOutput.ReadToEndAsync() : Task.FromResult("");
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary><c>artifacts/bin/Semblance.Cli/CONFIGURATION/semblance</c>, beside this test's own output.</summary>
    public static string CommandPath
    {
        get
        {
            var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Path.Combine(own.Parent!.Parent!.FullName, "Semblance.Cli", own.Name, OperatingSystem.IsWindows() ? "semblance.exe" : "semblance");
        }
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public StreamReader Output => _process.StandardOutput;

    /// <param name="before">A program and its arguments that run the command, such as <c>setpriv</c>.</param>
    public static ChildProcess Start(string folder, IReadOnlyDictionary<string, string> environment, IEnumerable<string> args, IReadOnlyList<string>? before = null, bool readOutput = true)
    {
        string[] words = [.. before ?? [], CommandPath, .. args];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ChildProcess(Process.Start(start)!, readOutput);
    }

    public void Kill() => _process.Kill();

    public void Signal(int signal)
    {
        if (!_process.HasExited)
            Assert.Equal(0, SendSignal(_process.Id, signal));
    }

    public async Task<CommandResult> EndAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"The command still ran after {s_patience.TotalSeconds} s. It said: {await _error}");
        }
        return new CommandResult(_process.ExitCode, await _output, await _error);
    }

    /// <summary>Largest resident memory so far, in bytes; 0 once the process has ended.</summary>
    public long PeakMemory()
    {
        try
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2].Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
