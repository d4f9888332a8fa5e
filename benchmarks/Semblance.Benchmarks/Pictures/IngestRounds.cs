using System.Diagnostics;

namespace Semblance.Benchmarks.Pictures;

/// <summary>Whole indexing runs into galleries that do not exist yet.</summary>
internal static class IngestRounds
{
    /// <returns>The finished gallery; the seconds until the last commit, and those of the projection, index file and score scale after it.</returns>
    /// <exception cref="InvalidOperationException">Not every picture was embedded, so the rates would lie.</exception>
    public static (Gallery Gallery, double EmbedSeconds, double DeriveSeconds) Run(string pictures, int expected, string galleryFolder, int threads)
    {
        var gallery = Gallery.Open(galleryFolder, new GalleryOptions { Threads = threads });
        var watch = Stopwatch.StartNew();
        var report = gallery.IngestAsync(pictures).GetAwaiter().GetResult();
        var total = watch.Elapsed.TotalSeconds;
        if (report.Added != expected || report.Failed > 0)
            throw new InvalidOperationException($"The run indexed {report.Added} of {expected} pictures and failed on {report.Failed}.");
        return (gallery, report.Seconds, total - report.Seconds);
    }
}
