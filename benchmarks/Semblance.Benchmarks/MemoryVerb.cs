using System.Diagnostics;
using System.Globalization;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Benchmarks.Processes;

namespace Semblance.Benchmarks;

/// <summary>
/// Memory of the real command while it indexes many large pictures: resident memory every two seconds, its peak as the
/// system counts it, and the slope over the second half, which shows growth that a peak hides. Linux.
/// </summary>
internal sealed class MemoryVerb : IBenchmarkVerb
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    public string Name => "memory";

    public string Summary => "memory of indexing large pictures (--photos DIR[,DIR] [--pictures N] [--distinct N] [--threads T])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--photos", "--distinct", "--threads");
        if (!OperatingSystem.IsLinux())
            throw new VerbUsageException("Memory is read from /proc, which only Linux has.");
        var count = arguments.Number("--pictures", 20_000);
        var threads = arguments.Number("--threads", Environment.ProcessorCount);
        var command = ChildProcess.Semblance();
        var large = LargePictures.Make(arguments.Required("--photos"), arguments.Number("--distinct", 500));
        using var folder = new TemporaryFolder();
        var pictures = folder.Combine("pictures");
        Console.Error.WriteLine($"Writing {count} pictures to {pictures} ...");
        DistinctCopies.Make(large, count, pictures);

        var watch = Stopwatch.StartNew();
        using var process = ChildProcess.Start(command, ["index", pictures, "--gallery", folder.Combine("gallery"), "--threads", threads.ToString(CultureInfo.InvariantCulture), "--no-progress"]);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var samples = new List<(double Second, double Resident)>();
        var peak = 0.0;
        while (!process.WaitForExit(s_interval))
        {
            if (Megabytes(process.Id, "VmRSS:") is not { } resident || Megabytes(process.Id, "VmHWM:") is not { } high)
                continue;
            samples.Add((watch.Elapsed.TotalSeconds, resident));
            peak = Math.Max(peak, high);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'semblance index' ended with code {process.ExitCode}: {errors.GetAwaiter().GetResult()} {output.GetAwaiter().GetResult()}");

        var table = new FigureTable(Name);
        table.Condition("pictures", count);
        table.Condition("different ones", Directory.GetFiles(large).Length);
        table.Condition("threads", threads);
        table.Add("rate", count / seconds, "images/s", "process start to exit");
        table.Add("peak", peak, "MB", "VmHWM; target 700");
        table.Add("resident, whole run", samples.Select(sample => sample.Resident), "MB");
        var half = samples.Where(sample => sample.Second > seconds / 2).ToArray();
        if (half.Length > 1)
        {
            table.Add("resident, second half", half.Select(sample => sample.Resident), "MB");
            table.Add("slope, second half", Slope(half) * 1000 * seconds / count, "MB", "per 1,000 pictures");
        }
        table.Print(arguments.Json);
        return 0;
    }

    /// <summary>Least squares, MB a second.</summary>
    private static double Slope((double Second, double Resident)[] samples)
    {
        var (x, y) = (samples.Average(sample => sample.Second), samples.Average(sample => sample.Resident));
        return samples.Sum(sample => (sample.Second - x) * (sample.Resident - y)) / samples.Sum(sample => (sample.Second - x) * (sample.Second - x));
    }

    /// <summary>A line of <c>/proc/PID/status</c>; null once the process has ended.</summary>
    private static double? Megabytes(int process, string key)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
            return line is null ? null : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
