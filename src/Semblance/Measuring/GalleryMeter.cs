using System.Diagnostics.Metrics;

namespace Semblance.Measuring;

/// <summary>What galleries of this process count and time, under the meter <c>Semblance</c>; listened to from outside, by OpenTelemetry for one.</summary>
internal static class GalleryMeter
{
    public const string Name = "Semblance";

    private static readonly Meter s_meter = new(Name);

    /// <summary>Statements that were sent to the truth, beginnings and ends of transactions aside.</summary>
    public static Counter<long> StoreStatements { get; } = s_meter.CreateCounter<long>("semblance.store.statements");

    public static Histogram<double> SearchDuration { get; } = s_meter.CreateHistogram<double>("semblance.search.duration", "s");

    public static Counter<long> Embedded { get; } = s_meter.CreateCounter<long>("semblance.ingest.embedded", "{picture}");

    public static Counter<long> Failed { get; } = s_meter.CreateCounter<long>("semblance.ingest.failed", "{file}");
}
