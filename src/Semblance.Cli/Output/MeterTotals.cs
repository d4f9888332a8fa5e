using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Semblance.Cli.Output;

/// <summary>Counts what the library measures while it lives, and says it at the end: how often, and what it adds up to.</summary>
internal sealed class MeterTotals : IDisposable
{
    public const string MeterName = "Semblance";

    private readonly Dictionary<string, (long Count, double Sum, string Unit)> _totals = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();

    public MeterTotals()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        _listener.Start();
    }

    /// <summary>A line for each instrument that measured something, by name.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (_gate)
            return [.. _totals.OrderBy(total => total.Key, StringComparer.Ordinal).Select(total => string.Create(CultureInfo.InvariantCulture, $"{total.Key}: {total.Value.Sum:#,0.###}{total.Value.Unit} in {total.Value.Count:N0}"))];
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value)
    {
        lock (_gate)
        {
            ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(_totals, instrument.Name, out _);
            total = (total.Count + 1, total.Sum + value, instrument.Unit is { Length: > 0 } unit ? " " + unit : "");
        }
    }
}
