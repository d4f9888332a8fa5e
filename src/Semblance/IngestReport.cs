namespace Semblance;

/// <summary>What an ingest run shall do.</summary>
public sealed record IngestOptions
{
    /// <summary>Globs of what to leave out, in the rules of the filter's <c>path:</c> (<see cref="Filter"/>), below each folder: <c>cache</c>, <c>*.tmp.png</c>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    public bool IncludeHidden { get; init; }

    public bool FollowLinks { get; init; }

    /// <summary>Pictures with more megapixels than this are skipped by their header.</summary>
    public double MaxMegapixels { get; init; } = 100;

    /// <summary>Counts what a run would do and changes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Tries files again that failed before and have not changed since.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>Lets a folder that has become empty mark all its pictures as removed; without it that is taken for an unmounted disk.</summary>
    public bool AllowEmpty { get; init; }

    public int Batch { get; init; } = 8;

    public IProgress<IngestProgress>? Progress { get; init; }
}

/// <param name="Stage"><c>scan</c>, <c>embed</c>, <c>facts</c>, <c>fit</c> or <c>index</c>.</param>
/// <param name="Done">Files looked at so far in this stage.</param>
/// <param name="Total">Files of this stage; 0 while unknown.</param>
public sealed record IngestProgress(string Stage, long Done, long Total, long Failed, double ImagesPerSecond);

/// <summary>
/// What an ingest run did. <see cref="Updated"/> counts pictures whose bytes changed and those whose sidecars did. <see cref="Failed"/> counts every visited file that cannot be indexed now, old failures included.
/// </summary>
public sealed record IngestReport(
    long Added,
    long Updated,
    long Renamed,
    long Removed,
    long Unchanged,
    long Failed,
    double Seconds,
    double ImagesPerSecond,
    IReadOnlyList<GalleryFailure> Failures)
{
    /// <summary>Pictures that were not embedded again, and whose facts were read anew because their sidecars changed or an older program had read fewer.</summary>
    public long FactsRead { get; init; }
}
