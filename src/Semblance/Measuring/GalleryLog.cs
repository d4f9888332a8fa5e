using Microsoft.Extensions.Logging;

namespace Semblance.Measuring;

/// <summary>
/// What a gallery says of its work to the logger of its options. Numbers and names are a contract, sentences are not. Files that cannot be read
/// are information, since a run reports them as values; a warning is what somebody should look at though searches go on.
/// </summary>
internal static partial class GalleryLog
{
    [LoggerMessage(1, LogLevel.Debug, "Opened the gallery '{Folder}' (read-only: {ReadOnly})", EventName = "GalleryOpened")]
    public static partial void GalleryOpened(this ILogger log, string folder, bool readOnly);

    [LoggerMessage(2, LogLevel.Information, "Brought the gallery '{Folder}' from schema {From} to {To}", EventName = "GalleryMigrated")]
    public static partial void GalleryMigrated(this ILogger log, string folder, int from, int to);

    [LoggerMessage(10, LogLevel.Debug, "Opened the index of the space '{Space}': {Kind}, {Rows} rows, from its file: {FromFile}", EventName = "IndexOpened")]
    public static partial void IndexOpened(this ILogger log, string space, string kind, long rows, bool fromFile);

    [LoggerMessage(11, LogLevel.Information, "Built an index of the space '{Space}': {Kind}, {Rows} rows, {Seconds:0.0} s", EventName = "IndexBuilt")]
    public static partial void IndexBuilt(this ILogger log, string space, string kind, long rows, double seconds);

    [LoggerMessage(12, LogLevel.Information, "Took over the index that another process has built of the space '{Space}': {Kind}, {Rows} rows", EventName = "IndexTakenOver")]
    public static partial void IndexTakenOver(this ILogger log, string space, string kind, long rows);

    [LoggerMessage(13, LogLevel.Warning, "An index file of the space '{Space}' is left out, and the index comes from the vectors: {Problem}", EventName = "IndexFileDamaged")]
    public static partial void IndexFileDamaged(this ILogger log, string space, string problem);

    [LoggerMessage(14, LogLevel.Warning, "The index of the space '{Space}' is damaged, and an exact one from the vectors has taken its place: {Problem}", EventName = "IndexHealed")]
    public static partial void IndexHealed(this ILogger log, string space, string problem);

    [LoggerMessage(15, LogLevel.Warning, "The index of the space '{Space}' could not be looked after, and searches go on with the one there is; tried again in {Minutes:0} min", EventName = "UpkeepFailed")]
    public static partial void UpkeepFailed(this ILogger log, string space, double minutes, Exception cause);

    [LoggerMessage(20, LogLevel.Information, "'{Path}' is not taken in: {Reason}. {Message}", EventName = "PictureFailed")]
    public static partial void PictureFailed(this ILogger log, string path, string reason, string message);

    [LoggerMessage(21, LogLevel.Information, "Looked through {Folders} folders in {Seconds:0.0} s: {Added} added, {Updated} updated, {Renamed} renamed, {Removed} removed, {Unchanged} unchanged, {Failed} failed", EventName = "Ingested")]
    public static partial void Ingested(this ILogger log, int folders, double seconds, long added, long updated, long renamed, long removed, long unchanged, long failed);

    [LoggerMessage(22, LogLevel.Information, "Embedded {Added} pictures for the space '{Space}' in {Seconds:0.0} s; {Failed} failed", EventName = "SpaceFilled")]
    public static partial void SpaceFilled(this ILogger log, string space, long added, long failed, double seconds);

    [LoggerMessage(23, LogLevel.Information, "Fitted the projection {Version} of the space '{Space}' to {Vectors} vectors", EventName = "ProjectionFitted")]
    public static partial void ProjectionFitted(this ILogger log, string space, int version, long vectors);

    [LoggerMessage(24, LogLevel.Information, "Searches use the space '{Space}' from now on", EventName = "SpaceActivated")]
    public static partial void SpaceActivated(this ILogger log, string space);

    [LoggerMessage(25, LogLevel.Information, "Removed the space '{Space}'", EventName = "SpaceRemoved")]
    public static partial void SpaceRemoved(this ILogger log, string space);

    [LoggerMessage(26, LogLevel.Information, "The space '{Space}' is made from '{Base}' now, which has other weights of the same model", EventName = "HeadMoved")]
    public static partial void HeadMoved(this ILogger log, string space, string @base);

    [LoggerMessage(27, LogLevel.Information, "Pictures are embedded for the space '{Space}' as before, since '{MadeFromIt}' is made from it; remove both if they are not wanted any more", EventName = "SpaceFedOn")]
    public static partial void SpaceFedOn(this ILogger log, string space, string madeFromIt);

    [LoggerMessage(28, LogLevel.Warning, "The space '{Space}' takes in no more pictures, since the model of '{Base}', which it is made from, cannot be had any more; make it anew from another", EventName = "HeadLeftBehind")]
    public static partial void HeadLeftBehind(this ILogger log, string space, string @base);

    [LoggerMessage(30, LogLevel.Debug, "A search took {Milliseconds:0} ms: {Hits} hits of {K} asked for, {Attempts} attempts", EventName = "SlowSearch")]
    public static partial void SlowSearch(this ILogger log, double milliseconds, int hits, int k, int attempts);
}
