using Semblance.Ingest;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class GalleryIngestTests
{
    private static (long Added, long Updated, long Renamed, long Removed, long Unchanged, long Failed) Counts(IngestReport r) =>
        (r.Added, r.Updated, r.Renamed, r.Removed, r.Unchanged, r.Failed);

    [Fact]
    public async Task A_second_run_does_nothing_twice()
    {
        using var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        Assert.Equal((12, 0, 0, 0, 0, 0), Counts(await gallery.IngestAsync(small.Pictures)));
        Assert.Equal((0, 0, 0, 0, 12, 0), Counts(await gallery.IngestAsync(small.Pictures)));
        Assert.Equal(12, gallery.Store.CountVectors(gallery.Space!.Id).Vectors);
    }

    [Fact]
    public async Task A_model_that_cannot_be_opened_leaves_no_space_behind()
    {
        using var small = new SmallGallery().Fill();
        var broken = Path.Combine(small.Pictures, "broken.onnx");
        File.WriteAllText(broken, "no network");
        using (var gallery = small.Open(broken))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => gallery.IngestAsync(small.Pictures));
            Assert.Null(gallery.Space);
        }
        using var other = small.Open();
        Assert.Equal((12, 0, 0, 0, 0, 0), Counts(await other.IngestAsync(small.Pictures)));
        Assert.Equal("hsv", other.Space!.Model);
    }

    [Fact]
    public async Task A_gallery_that_changes_its_model_after_a_cancelled_first_run_embeds_with_the_new_one()
    {
        using var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gallery.IngestAsync(small.Pictures, cancellationToken: new CancellationToken(canceled: true)));
        Assert.Equal("hsv", gallery.Space!.Model);
        await gallery.ReindexAsync("pixels");
        Assert.Equal((12, 0, 0, 0, 0, 0), Counts(await gallery.IngestAsync(small.Pictures)));
        Assert.All(gallery.Items(), item => Assert.Equal(3072, gallery.Vector(item.Id)!.Length));
    }

    [Fact]
    public async Task Renamed_changed_vanished_touched_and_copied_files_are_told_apart()
    {
        using var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        var renamed = gallery.Store.ItemByPath(Path.Combine(small.Pictures, "c0", "p0.jpg"))!;
        gallery.Store.AddTags([renamed.Id], ["kept"]);
        var changed = gallery.Store.ItemByPath(Path.Combine(small.Pictures, "c0", "p1.jpg"))!;

        File.Move(renamed.Path, Path.Combine(small.Pictures, "moved.jpg"));
        small.Write("c0/p1.jpg", TestPictures.Scene(48, 40, 9, 77));
        File.Delete(Path.Combine(small.Pictures, "c0", "p2.jpg"));
        File.SetLastWriteTimeUtc(Path.Combine(small.Pictures, "c0", "p3.jpg"), DateTime.UtcNow.AddHours(1));
        File.Copy(Path.Combine(small.Pictures, "c1", "p0.jpg"), Path.Combine(small.Pictures, "copy.jpg"));

        Assert.Equal((1, 1, 1, 1, 9, 0), Counts(await gallery.IngestAsync(small.Pictures)));
        Assert.Equal(Path.Combine(small.Pictures, "moved.jpg"), gallery.Store.Item(renamed.Id)!.Path);
        Assert.Equal(["kept"], gallery.Store.Tags(renamed.Id));
        Assert.NotEqual(changed.Hash, gallery.Store.Item(changed.Id)!.Hash);
        Assert.Equal(12, gallery.Store.CountItems());
        Assert.Equal(13, gallery.Store.CountItems(includeMissing: true));
        Assert.True(gallery.Verify().Ok);
    }

    [Fact]
    public async Task A_dry_run_counts_the_same_and_changes_nothing()
    {
        using var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        File.Move(Path.Combine(small.Pictures, "c0", "p0.jpg"), Path.Combine(small.Pictures, "moved.jpg"));
        small.Write("new.jpg", TestPictures.Scene(48, 40, 5, 5));
        File.Delete(Path.Combine(small.Pictures, "c0", "p2.jpg"));
        var before = gallery.Store.Version.Changes;
        Assert.Equal((1, 0, 1, 1, 10, 0), Counts(await gallery.IngestAsync(small.Pictures, new IngestOptions { DryRun = true })));
        Assert.Equal(before, gallery.Store.Version.Changes);
        Assert.Equal((1, 0, 1, 1, 10, 0), Counts(await gallery.IngestAsync(small.Pictures)));
    }

    [Fact]
    public async Task Search_sees_deletes_and_returns_at_once()
    {
        using var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        using var reader = small.Open();
        var path = Path.Combine(small.Pictures, "c1", "p0.jpg");
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(path, (await reader.SearchAsync(Query.FromBytes(bytes), 1))[0].Path);
        File.Delete(path);
        await gallery.IngestAsync(small.Pictures);
        Assert.DoesNotContain(await reader.SearchAsync(Query.FromBytes(bytes), 12), hit => hit.Path == path);
        File.WriteAllBytes(path, bytes);
        await gallery.IngestAsync(small.Pictures);
        Assert.Equal(path, (await reader.SearchAsync(Query.FromBytes(bytes), 1))[0].Path);
    }

    [Fact]
    public async Task Failures_are_kept_with_their_reason_and_tried_again_when_the_file_changes()
    {
        using var small = new SmallGallery().Fill(1, 2);
        var broken = small.Write("broken.jpg", "this is no picture"u8.ToArray());
        using var gallery = small.Open();
        Assert.Equal((2, 0, 0, 0, 0, 1), Counts(await gallery.IngestAsync(small.Pictures)));
        Assert.Equal("not-a-picture", Assert.Single(gallery.Store.Failures).Reason);
        // Still broken, still told, and not read again.
        Assert.Equal((0, 0, 0, 0, 2, 1), Counts(await gallery.IngestAsync(small.Pictures)));
        small.Write("broken.jpg", TestPictures.Scene(48, 40, 1, 9));
        Assert.Equal((1, 0, 0, 0, 2, 0), Counts(await gallery.IngestAsync(small.Pictures)));
        Assert.Empty(gallery.Store.Failures);
        // A good picture that breaks must not answer searches with what it was.
        File.WriteAllBytes(broken, "broken again"u8.ToArray());
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures)).Failed);
        Assert.Equal(2, gallery.Store.CountItems());
    }

    [Fact]
    public async Task Pictures_are_known_by_content_and_not_by_extension()
    {
        using var small = new SmallGallery();
        small.Write("photo.dat", TestPictures.Scene(40, 40, 1, 1));
        small.Write("notes.txt", "nothing to see"u8.ToArray());
        using var gallery = small.Open();
        Assert.Equal((1, 0, 0, 0, 0, 0), Counts(await gallery.IngestAsync(small.Pictures)));
    }

    [Fact]
    public async Task Excludes_hidden_files_and_folders_of_other_programs_are_left_out()
    {
        using var small = new SmallGallery().Fill(1, 1);
        foreach (var name in new[] { ".hidden.jpg", ".cache/a.jpg", "node_modules/b.jpg", "skip/c.jpg", "keep/thumb_1.jpg", "keep/d.jpg" })
            small.Write(name, TestPictures.Scene(40, 40, 2, name.Length));
        using var gallery = small.Open();
        var report = await gallery.IngestAsync(small.Pictures, new IngestOptions { Exclude = ["skip/**", "thumb_*"] });
        Assert.Equal(2, report.Added);
        Assert.Equal(4, (await gallery.IngestAsync(small.Pictures, new IngestOptions { IncludeHidden = true, Exclude = ["skip/**", "thumb_*"] })).Added + 2);
    }

    // The same forms as the filter path: has; what is left is said by name.
    [Theory]
    [InlineData("skip", "2020/raw/d.jpg 2020/raw/in/e.jpg keep/thumb_1.png x.jpg")]
    [InlineData("SKIP/", "2020/raw/d.jpg 2020/raw/in/e.jpg keep/thumb_1.png x.jpg")]
    [InlineData("skip/*", "2020/raw/d.jpg 2020/raw/in/e.jpg keep/thumb_1.png skip/in/b.jpg x.jpg")]
    [InlineData("keep/skip/**", "2020/raw/d.jpg 2020/raw/in/e.jpg keep/thumb_1.png skip/a.jpg skip/in/b.jpg x.jpg")]
    [InlineData("20*/raw", "keep/skip/c.jpg keep/thumb_1.png skip/a.jpg skip/in/b.jpg x.jpg")]
    [InlineData("**/?.jpg", "keep/thumb_1.png")]
    [InlineData("*.png", "2020/raw/d.jpg 2020/raw/in/e.jpg keep/skip/c.jpg skip/a.jpg skip/in/b.jpg x.jpg")]
    [InlineData("*", "")]
    [InlineData("pictures", "2020/raw/d.jpg 2020/raw/in/e.jpg keep/skip/c.jpg keep/thumb_1.png skip/a.jpg skip/in/b.jpg x.jpg")]
    public void What_an_exclude_leaves(string glob, string left)
    {
        using var small = new SmallGallery();
        foreach (var name in "skip/a.jpg skip/in/b.jpg keep/skip/c.jpg keep/thumb_1.png 2020/raw/d.jpg 2020/raw/in/e.jpg x.jpg".Split(' '))
            small.Write(name, []);
        Assert.Equal(left, Left(small, glob));
    }

    private static string Left(SmallGallery small, string glob)
    {
        var scan = new FolderScan(new IngestOptions { Exclude = [glob] }, "");
        scan.Walk(small.Pictures, TestContext.Current.CancellationToken);
        return string.Join(' ', scan.Files.Select(file => Path.GetRelativePath(small.Pictures, file.Path).Replace('\\', '/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_exclude_with_a_leading_slash_begins_at_the_root()
    {
        using var small = new SmallGallery();
        foreach (var name in "a/b/c.jpg b/c.jpg".Split(' '))
            small.Write(name, []);
        Assert.Equal("a/b/c.jpg", Left(small, small.Pictures + "/b"));
        Assert.Equal("a/b/c.jpg b/c.jpg", Left(small, "/b"));
    }

    [Fact]
    public async Task An_emptied_folder_is_taken_for_an_unmounted_disk()
    {
        using var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        Directory.Delete(small.Pictures, recursive: true);
        await Assert.ThrowsAsync<GalleryException>(() => gallery.IngestAsync(small.Pictures));
        Directory.CreateDirectory(small.Pictures);
        var refusal = await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.IngestAsync(small.Pictures));
        Assert.Equal((GalleryError.FolderEmptied, small.Pictures), (refusal.Error, refusal.Details["folder"]));
        Assert.Equal(12, gallery.Store.CountItems());
        Assert.Equal(12, (await gallery.IngestAsync(small.Pictures, new IngestOptions { AllowEmpty = true })).Removed);
    }

    [Fact]
    public async Task A_cancelled_run_keeps_what_it_finished_and_the_next_one_goes_on()
    {
        using var small = new SmallGallery().Fill(4, 40);
        using var gallery = small.Open();
        using var stop = new CancellationTokenSource();
        var options = new IngestOptions { Progress = new Immediately(p => { if (p is { Stage: "embed", Done: > 70 }) stop.Cancel(); }) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gallery.IngestAsync(small.Pictures, options, stop.Token));
        var kept = gallery.Store.CountItems();
        Assert.InRange(kept, 1, 159);
        var report = await gallery.IngestAsync(small.Pictures);
        Assert.Equal((160 - kept, kept), (report.Added, report.Unchanged));
        Assert.True(gallery.Verify().Ok);
    }

    [Fact]
    public async Task Ids_follow_the_order_of_the_paths_whatever_the_threads_do()
    {
        using var small = new SmallGallery().Fill(6, 30);
        small.Write("c2/p10.jpg", TestPictures.Noise(900, 900, 1));
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures, new IngestOptions { Batch = 3 });
        var paths = gallery.Store.Items().Select(item => item.Path).ToList();
        Assert.Equal(Enumerable.Range(1, 180).Select(i => (long)i), gallery.Store.Items().Select(item => item.Id));
        Assert.Equal(paths.OrderBy(Path.GetDirectoryName, StringComparer.Ordinal).ThenBy(Path.GetFileName, StringComparer.Ordinal), paths);
    }

    [Fact]
    public async Task A_link_to_a_folder_above_is_told_and_links_are_followed_only_on_request()
    {
        using var small = new SmallGallery().Fill(1, 2);
        Directory.CreateSymbolicLink(Path.Combine(small.Pictures, "loop"), small.Pictures);
        var outside = small["outside"];
        Directory.CreateDirectory(outside);
        File.WriteAllBytes(Path.Combine(outside, "far.jpg"), PictureBytes.Jpeg(TestPictures.Scene(40, 40, 3, 3)));
        Directory.CreateSymbolicLink(Path.Combine(small.Pictures, "away"), outside);
        using var gallery = small.Open();
        var report = await gallery.IngestAsync(small.Pictures);
        Assert.Equal((2, 0, 0, 0, 0, 1), Counts(report));
        Assert.Equal("link-loop", report.Failures[0].Reason);
        Assert.Equal(1, (await gallery.IngestAsync(small.Pictures, new IngestOptions { FollowLinks = true })).Added);
    }

    [Fact]
    public async Task The_hostile_folder_loses_no_good_picture_and_every_bad_one_is_named()
    {
        using var small = new SmallGallery();
        using var hostile = HostileFolder.Create(small.Pictures);
        small.Write("good.jpg", TestPictures.Scene(48, 40, 1, 1));
        using var gallery = small.Open();
        var report = await gallery.IngestAsync(small.Pictures);
        Assert.Contains(gallery.Store.Items(), item => Path.GetFileName(item.Path) == "good.jpg");
        foreach (var file in hostile.Files.Where(f => !f.MayDecode && f.Reason is not null))
        {
            var named = report.Failures.Any(f => f.Path == file.Path || f.Path.StartsWith(Path.GetDirectoryName(file.Path)!, StringComparison.Ordinal));
            Assert.True(named, $"{file.What} is not among the failures: {file.Path}");
        }
        Assert.All(report.Failures, failure => Assert.False(string.IsNullOrWhiteSpace(failure.Message)));
        Assert.Equal(report.Failed, (await gallery.IngestAsync(small.Pictures)).Failed);
        Assert.True(gallery.Verify().Ok);
    }

    private sealed class Immediately(Action<IngestProgress> report) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => report(value);
    }
}
