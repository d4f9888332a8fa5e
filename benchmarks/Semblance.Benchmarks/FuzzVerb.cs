using System.Diagnostics;
using System.Globalization;
using Semblance.Index.Tests.Fuzzing;

namespace Semblance.Benchmarks;

/// <summary>
/// Reads mutated index files of every kind: none may crash, hang, or give a wrong answer that passes for right. The files are read in
/// child processes, so that an access violation or a hang is seen and charged to the file that caused it.
/// </summary>
internal sealed class FuzzVerb : IBenchmarkVerb
{
    private const int Report = 50;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public string Name => "fuzz";

    public string Summary => "mutated index files of every kind through open, search, verify, change, compact, save: --files 100000 [--first N]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--files", "--first", "--child");
        var first = arguments.Number("--first", 1);
        var files = arguments.Number("--files", 100_000);
        if (arguments.Text("--child") is not null)
            return Child(first, files);
        var watch = Stopwatch.StartNew();
        var failures = 0;
        for (var next = first; next < first + files;)
        {
            var (done, failed, ending) = Watch(next, first + files - next);
            failures += failed;
            next = done;
            if (ending is null)
                continue;
            // Which of the files since the last report it was, shows only file by file.
            for (var end = Math.Min(next + Report, first + files); next < end; next++)
            {
                if (Watch(next, 1) is { Ending: { } cause } one)
                {
                    failures++;
                    Console.WriteLine($"file {next}: {cause}");
                }
                else
                {
                    failures += one.Failed;
                }
            }
        }
        Console.WriteLine($"{files:N0} files, {failures:N0} failures, {watch.Elapsed.TotalSeconds:N0} s");
        return failures == 0 ? 0 : 1;
    }

    private static int Child(int first, int files)
    {
        var folder = new TemporaryFolder();
        try
        {
            var subjects = FuzzSubject.All(folder.FullPath);
            for (var number = first; number < first + files; number++)
            {
                if (FuzzSubject.Try(subjects, number, folder.FullPath) is { } failure)
                    Console.WriteLine("failed " + failure.ReplaceLineEndings(" "));
                if ((number - first + 1) % Report == 0)
                    Console.WriteLine("done " + (number + 1).ToString(CultureInfo.InvariantCulture));
                // Memory outside the managed heap is freed by finalizers.
                if (number % 2000 == 0)
                    GC.Collect();
            }
            Console.WriteLine("done " + (first + files).ToString(CultureInfo.InvariantCulture));
            return 0;
        }
        finally
        {
            folder.Dispose();
        }
    }

    // The first file not known to be done, failures told, and how the child ended if not well.
    private static (int Done, int Failed, string? Ending) Watch(int first, int files)
    {
        using var child = Processes.ChildProcess.Start(Environment.ProcessPath!, Own("fuzz", "--child", "1", "--first", $"{first}", "--files", $"{files}"));
        var errors = child.StandardError.ReadToEndAsync();
        var (done, failed) = (first, 0);
        while (true)
        {
            var reading = child.StandardOutput.ReadLineAsync();
            if (!reading.Wait(s_patience))
            {
                child.Kill();
                return (done, failed, $"hangs for more than {s_patience.TotalSeconds} s");
            }
            if (reading.Result is not { } line)
                break;
            if (line.StartsWith("done ", StringComparison.Ordinal))
            {
                done = int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
                continue;
            }
            failed++;
            Console.WriteLine(line);
        }
        child.WaitForExit();
        var said = errors.GetAwaiter().GetResult();
        return child.ExitCode == 0 ? (done, failed, null) : (done, failed, $"ends the process with code {child.ExitCode}: {said[..Math.Min(said.Length, 300)].ReplaceLineEndings(" ")}");
    }

    // Run by the host or by its own name.
    private static string[] Own(params string[] args) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(FuzzVerb).Assembly.Location, .. args] : args;
}
