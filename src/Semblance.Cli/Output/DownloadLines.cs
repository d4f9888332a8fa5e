using Semblance.Networks;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Output;

/// <summary>A line every few seconds about a download.</summary>
internal sealed class DownloadLines(TextWriter writer, TimeProvider clock) : IProgress<DownloadProgress>
{
    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();
    private long _last = clock.GetTimestamp();
    private long? _first;

    public void Report(DownloadProgress value)
    {
        lock (_gate)
        {
            _first ??= value.Received;
            if (clock.GetElapsedTime(_last) < ProgressLines.Interval)
                return;
            _last = clock.GetTimestamp();
            var rate = (value.Received - _first.Value) / clock.GetElapsedTime(_start).TotalSeconds;
            var left = value.Total is { } total && rate > 0 ? $", {Printable.Duration((total - value.Received) / rate)} left" : "";
            writer.WriteLine($"{value.File}: {Printable.Bytes(value.Received)}{(value.Total is { } all ? " of " + Printable.Bytes(all) : "")}, {Printable.Bytes((long)rate)}/s{left}");
        }
    }
}
