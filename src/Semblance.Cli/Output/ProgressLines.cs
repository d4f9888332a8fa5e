using Semblance.Reports.Tables;

namespace Semblance.Cli.Output;

/// <summary>Progress for logs and pipes: a plain line when a stage begins and then every few seconds.</summary>
internal sealed class ProgressLines(TextWriter writer, TimeProvider clock) : IProgress<IngestProgress>
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>The first pictures wait for the model to be opened, so a rate of fewer foretells hours where minutes are due.</summary>
    private const int FewestForRate = 20;

    private readonly Lock _gate = new();
    private long _last = clock.GetTimestamp();

    public void Report(IngestProgress value)
    {
        lock (_gate)
        {
            if (clock.GetElapsedTime(_last) < Interval)
                return;
            _last = clock.GetTimestamp();
            writer.WriteLine(Describe(value, withShare: true));
        }
    }

    /// <summary>"embed: 1,200 of 9,144 (13 %), 410 pictures/s, 19 s left, 2 failed".</summary>
    internal static string Describe(IngestProgress progress, bool withShare)
    {
        var parts = new List<string>(4)
        {
            progress.Total == 0 ? $"{progress.Done:N0}"
                : withShare ? $"{progress.Done:N0} of {progress.Total:N0} ({100 * progress.Done / progress.Total} %)"
                : $"{progress.Done:N0} of {progress.Total:N0}",
        };
        if (progress.ImagesPerSecond > 0 && progress.Done >= FewestForRate)
        {
            parts.Add($"{progress.ImagesPerSecond:0.#} pictures/s");
            if (withShare && progress.Total > progress.Done)
                parts.Add($"{Printable.Duration((progress.Total - progress.Done) / progress.ImagesPerSecond)} left");
        }
        if (progress.Failed > 0)
            parts.Add($"{progress.Failed:N0} failed");
        return $"{progress.Stage}: {string.Join(", ", parts)}";
    }
}
