using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

/// <summary>What is asked before it is forgotten, and which of two records is believed.</summary>
public sealed class GalleryTruthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// The database of yesterday under the index of today: the index lacks a picture that the database has and holds one that it has not.
    /// </summary>
    [Fact]
    public async Task An_index_file_ahead_of_the_database_is_not_believed()
    {
        using var small = new SmallGallery().Fill(3, 4);
        var kept = Path.Combine(small.Pictures, "c1", "p1.jpg");
        using (var gallery = small.Open())
            await gallery.IngestAsync(small.Pictures, cancellationToken: Token);
        var yesterday = small["yesterday.db"];
        File.Copy(Path.Combine(small.Folder, "gallery.db"), yesterday);

        var bytes = await File.ReadAllBytesAsync(kept, Token);
        File.Delete(kept);
        var late = small.Write("c0/late.jpg", TestPictures.Scene(48, 40, 0, 77));
        using (var gallery = small.Open())
            Assert.Equal((1, 1), await gallery.IngestAsync(small.Pictures, cancellationToken: Token) is var report ? (report.Added, report.Removed) : default);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(small.Folder, "spaces"), "*.index", SearchOption.AllDirectories));

        await File.WriteAllBytesAsync(kept, bytes, Token);
        foreach (var log in Directory.GetFiles(small.Folder, "gallery.db-*"))
            File.Delete(log);
        File.Copy(yesterday, Path.Combine(small.Folder, "gallery.db"), overwrite: true);
        using (var gallery = small.Open())
        {
            var hits = await gallery.SearchAsync(Query.From(kept), 50, Token);
            Assert.Equal(12, hits.Count);
            Assert.Equal(kept, hits[0].Path);
            Assert.DoesNotContain(late, hits.Select(hit => hit.Path));
            // The next run finds the picture that this database has never seen.
            Assert.Equal(1, (await gallery.IngestAsync(small.Pictures, cancellationToken: Token)).Added);
            Assert.Equal(13, (await gallery.SearchAsync(Query.From(late), 50, Token)).Count);
        }
    }

    [Fact]
    public async Task A_folder_emptied_of_its_only_picture_is_asked_about_too()
    {
        using var small = new SmallGallery();
        var only = small.Write("only.jpg", TestPictures.Scene(48, 40, 1, 5));
        using var gallery = small.Open();
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures, cancellationToken: Token)).Added);
        File.Delete(only);
        await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.IngestAsync(small.Pictures, cancellationToken: Token));
        // Nothing was forgotten, so it is there again when the disk is.
        small.Write("only.jpg", TestPictures.Scene(48, 40, 1, 5));
        Assert.Equal((0, 1, 0), await gallery.IngestAsync(small.Pictures, cancellationToken: Token) is var back ? (back.Added, back.Unchanged + back.Updated, back.Removed) : default);
        File.Delete(only);
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures, new IngestOptions { AllowEmpty = true }, Token)).Removed);
    }
}
