using Semblance.Reports.Tables;

namespace Semblance.Reports;

/// <summary>A file that could not be indexed.</summary>
/// <param name="Reason">A word: <c>too-large</c>, <c>not-a-picture</c>.</param>
/// <param name="At">When it was tried, ISO 8601.</param>
public sealed record FailureRecord(string Path, string Reason, string Message, string At)
{
    public static FailureRecord Of(GalleryFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new(failure.Path, failure.Reason, failure.Message, Values.Time(failure.At));
    }
}

/// <summary>Outcome of an integrity check; each problem is a sentence.</summary>
public sealed record VerificationRecord(bool Ok, long Items, long Vectors, IReadOnlyList<string> Problems)
{
    public static VerificationRecord Of(GalleryVerification outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return new(outcome.Ok, outcome.Items, outcome.Vectors, outcome.Problems);
    }
}

/// <summary>A snapshot that was written.</summary>
public sealed record SnapshotRecord(string File, long Bytes);

/// <summary>A gallery that was made from a snapshot.</summary>
public sealed record RestoredRecord(string Gallery, long Pictures);
