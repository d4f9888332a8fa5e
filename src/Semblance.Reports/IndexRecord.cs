namespace Semblance.Reports;

/// <summary>What a run over folders did: <c>index</c>, <c>watch</c>, <c>reindex</c>. Numbers of pictures, seconds rounded to a thousandth.</summary>
public sealed record IndexRecord(long Added, long Updated, long Renamed, long Removed, long Unchanged, long Failed, double Seconds, double ImagesPerSecond)
{
    public static IndexRecord Of(IngestReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new(report.Added, report.Updated, report.Renamed, report.Removed, report.Unchanged, report.Failed, Math.Round(report.Seconds, 3), Math.Round(report.ImagesPerSecond, 2));
    }
}
