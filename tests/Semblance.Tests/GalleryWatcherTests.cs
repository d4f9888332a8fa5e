using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class GalleryWatcherTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task New_changed_and_deleted_files_reach_the_gallery_without_a_call()
    {
        using var small = new SmallGallery().Fill(1, 2);
        using var gallery = small.Open();
        using var watcher = new GalleryWatcher(gallery, [small.Pictures]) { QuietTime = TimeSpan.FromMilliseconds(100), FullLookEvery = TimeSpan.FromSeconds(2) };
        using var stop = new CancellationTokenSource();
        var reports = new System.Collections.Concurrent.ConcurrentQueue<IngestReport>();
        var running = watcher.RunAsync(reports.Enqueue, stop.Token);

        Assert.Equal(2, (await NextAsync(reports, running)).Added);
        small.Write("new/third.jpg", TestPictures.Scene(40, 40, 2, 2));
        Assert.Equal(1, (await NextAsync(reports, running)).Added);
        File.Delete(Path.Combine(small.Pictures, "c0", "p0.jpg"));
        Assert.Equal(1, (await NextAsync(reports, running)).Removed);
        Assert.Equal(2, gallery.Store.CountItems());

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        using var small = new SmallGallery();
        using var gallery = small.Open();
        Assert.Contains("nowhere", Assert.Throws<GalleryException>(() => new GalleryWatcher(gallery, [small["nowhere"]])).Message, StringComparison.Ordinal);
    }

    private static async Task<IngestReport> NextAsync(System.Collections.Concurrent.ConcurrentQueue<IngestReport> reports, Task running)
    {
        var until = DateTime.UtcNow + s_patience;
        while (DateTime.UtcNow < until)
        {
            if (reports.TryDequeue(out var report))
                return report;
            if (running.IsFaulted)
                await running;
            await Task.Delay(20);
        }
        throw new TimeoutException("The watcher reported nothing.");
    }
}
