using System.Diagnostics;
using System.Runtime.InteropServices;
using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests;

/// <summary>The built command as a process: what only a process has, that is signals, pipes and start-up.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Semblance.Cli.dll"), .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        };
        start.Environment["SEMBLANCE_HOME"] = _folder["home"];
        return Process.Start(start)!;
    }

    private void WriteScenes(int count)
    {
        Directory.CreateDirectory(_folder["pictures"]);
        for (var i = 0; i < count; i++)
            File.WriteAllBytes(_folder["pictures", $"{i}.jpg"], PictureEncoder.Encode(TestPictures.Scene(64, 64, i % 5, i), PictureFormat.Jpeg));
    }

    [Fact]
    public async Task Indexes_and_searches_with_data_alone_on_standard_output()
    {
        WriteScenes(12);
        using var index = Start("index", "pictures", "--model", "hsv", "--quiet");
        Assert.StartsWith("{", await index.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("", await index.StandardError.ReadToEndAsync());
        await index.WaitForExitAsync();
        Assert.Equal(0, index.ExitCode);
        using var search = Start("search", "pictures/3.jpg", "--format", "paths", "-k", "1");
        Assert.Equal(_folder["pictures", "3.jpg"] + "\n", await search.StandardOutput.ReadToEndAsync());
        await search.WaitForExitAsync();
        Assert.Equal(0, search.ExitCode);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, 2)]
    [InlineData(PosixSignal.SIGTERM, 15)]
    public async Task A_signal_ends_a_watch_gracefully(PosixSignal signal, int number)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), $"{signal} is a signal of Unix.");
        WriteScenes(3);
        using var watch = Start("watch", "pictures", "--model", "hsv", "--format", "jsonl");
        Assert.NotNull(await watch.StandardOutput.ReadLineAsync());
        // Where whoever runs the tests ignores the signal (nohup does), so does every process below: a failure, not a wait without end.
        using var limit = new Timer(_ => watch.Kill(), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        using (var kill = Process.Start(new ProcessStartInfo("kill", [$"-{number}", $"{watch.Id}"]) { UseShellExecute = false })!)
            await kill.WaitForExitAsync();
        var error = await watch.StandardError.ReadToEndAsync();
        await watch.WaitForExitAsync();
        Assert.Equal(130, watch.ExitCode);
        Assert.Contains("Cancelled.", error, StringComparison.Ordinal);
        using var verify = Start("verify");
        await verify.WaitForExitAsync();
        Assert.Equal(0, verify.ExitCode);
    }

    [Fact]
    public async Task A_pipe_that_closes_early_is_no_error()
    {
        WriteScenes(400);
        using (var index = Start("index", "pictures", "--model", "hsv", "--quiet"))
            await index.WaitForExitAsync();
        using var export = Start("export", "--format", "json");
        await export.StandardOutput.ReadLineAsync();
        export.StandardOutput.Close();
        Assert.Equal("", await export.StandardError.ReadToEndAsync());
        await export.WaitForExitAsync();
        Assert.Equal(0, export.ExitCode);
    }
}
