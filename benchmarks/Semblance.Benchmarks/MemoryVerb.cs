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
        ProcessMemory.Require();
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
            if (ProcessMemory.Resident(process.Id) is not { } resident || ProcessMemory.Peak(process.Id) is not { } high)
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

    /// <summary>MB a second: the median of the slopes between all pairs (Theil and Sen), which one jump at the end, where the projection is fitted, does not bend.</summary>
    private static double Slope((double Second, double Resident)[] samples)
    {
        var slopes = new List<double>();
        for (var i = 0; i < samples.Length; i++)
        {
            for (var j = 0; j < i; j++)
                slopes.Add((samples[i].Resident - samples[j].Resident) / (samples[i].Second - samples[j].Second));
        }
        return Spread.Of(slopes).Median;
    }
}
