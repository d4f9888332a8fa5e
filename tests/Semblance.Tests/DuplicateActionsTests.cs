using System.Security.Cryptography;
using System.Text;
using Semblance.Duplicates;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class DuplicateActionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private GalleryItem Write(long id, string name, string content)
    {
        var path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        return Items.Make(id, path, content.Length, File.GetLastWriteTimeUtc(path), hash);
    }

    private static DuplicateGroup Group(GalleryItem keep, params GalleryItem[] others) =>
        new(keep, "test", [.. others.Select(other => new DuplicateMember(other, 0, "test"))]);

    private DuplicateActionOptions Options(DuplicateAction action, bool apply = true) => new()
    {
        Action = action,
        Folder = _folder["moved"],
        LogFolder = _folder["logs"],
        TrashFolder = _folder["trash"],
        Apply = apply,
    };

    [Theory]
    [InlineData(DuplicateAction.List)]
    [InlineData(DuplicateAction.Move)]
    [InlineData(DuplicateAction.Trash)]
    [InlineData(DuplicateAction.Hardlink)]
    public void A_dry_run_tells_and_touches_nothing(DuplicateAction action)
    {
        var (keep, other) = (Write(1, "a/x.jpg", "same"), Write(2, "b/x.jpg", "same"));
        var before = Snapshot();
        var report = DuplicateActions.Run([Group(keep, other)], Options(action, apply: false));
        Assert.True(report.DryRun);
        Assert.Null(report.Log);
        Assert.Equal(4, report.Bytes);
        Assert.False(Assert.Single(report.Steps).Done);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void Move_keeps_every_file_under_a_name_of_its_own_and_can_be_undone()
    {
        var keep = Write(1, "a/x.jpg", "one");
        GalleryItem[] others = [Write(2, "b/x.jpg", "two"), Write(3, "c/X.jpg", "three"), Write(4, "d/y.jpg", "four")];
        Write(0, "moved/y.jpg", "was here before");
        var before = Snapshot();
        var report = DuplicateActions.Run([Group(keep, others)], Options(DuplicateAction.Move));
        Assert.All(report.Steps, step => Assert.True(step.Done));
        Assert.Equal(["x.jpg", "X (2).jpg", "y (2).jpg"], report.Steps.Select(step => Path.GetFileName(step.Target)));
        Assert.Equal("two", File.ReadAllText(_folder["moved/x.jpg"]));
        Assert.Equal("three", File.ReadAllText(_folder["moved/X (2).jpg"]));
        Assert.Equal("was here before", File.ReadAllText(_folder["moved/y.jpg"]));
        Assert.False(File.Exists(others[0].Path));
        Assert.True(File.Exists(keep.Path));

        var undone = DuplicateActions.Undo(report.Log!);
        Assert.All(undone.Steps, step => Assert.Null(step.Skipped));
        File.Delete(report.Log!);
        Assert.Equal(before, Snapshot());
    }

    [Theory]
    [InlineData(DuplicateAction.Move, "moved")]
    [InlineData(DuplicateAction.Trash, "trash/files")]
    public void Sidecars_travel_under_their_pictures_new_name_unless_a_picture_that_stays_owns_them(DuplicateAction action, string folder)
    {
        var (keep, first, second) = (Write(1, "a/x.heic", "one"), Write(2, "a/x.jpg", "two"), Write(3, "b/x.jpg", "three"));
        Sidecar Beside(string name)
        {
            var item = Write(0, name, "of " + name);
            return new(item.Path, item.Size, item.Modified);
        }

        var (film, own) = (Beside("a/x.mov"), Beside("a/x.jpg.xmp"));
        var sidecars = new Dictionary<long, IReadOnlyList<Sidecar>>
        {
            [1] = [film],
            [2] = [film, own],
            [3] = [Beside("b/x.jpg.json"), Beside("b/x.MP4"), new(_folder["b/gone.xmp"], 1, default)],
        };
        var before = Snapshot();
        var options = Options(action) with { Sidecars = sidecars };
        var dry = DuplicateActions.Run([Group(keep, first, second)], options with { Apply = false });
        Assert.Equal(before, Snapshot());
        var report = DuplicateActions.Run([Group(keep, first, second)], options);
        Assert.Equal(["x.jpg", "x.jpg.xmp", "x (2).jpg", "x (2).jpg.json", "x (2).MP4"], report.Steps.Select(step => Path.GetFileName(step.Target)));
        Assert.Equal(dry.Steps.Select(step => step.Target), report.Steps.Select(step => step.Target));
        Assert.All(report.Steps, step => Assert.True(step.Done));
        Assert.Equal("of b/x.jpg.json", File.ReadAllText(_folder[folder, "x (2).jpg.json"]));
        Assert.True(File.Exists(film.Path));

        Assert.All(DuplicateActions.Undo(report.Log!).Steps, step => Assert.Null(step.Skipped));
        File.Delete(report.Log!);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void Undo_never_overwrites_and_can_be_run_again()
    {
        var (keep, other) = (Write(1, "a.jpg", "one"), Write(2, "b.jpg", "two"));
        var log = DuplicateActions.Run([Group(keep, other)], Options(DuplicateAction.Move)).Log!;
        File.WriteAllText(other.Path, "new file");
        Assert.Equal("another file stands in its old place", Assert.Single(DuplicateActions.Undo(log).Steps).Skipped);
        Assert.Equal("new file", File.ReadAllText(other.Path));
        File.Delete(other.Path);
        Assert.Null(Assert.Single(DuplicateActions.Undo(log).Steps).Skipped);
        Assert.Equal("it is in its old place", Assert.Single(DuplicateActions.Undo(log).Steps).Skipped);
        Assert.Equal("two", File.ReadAllText(other.Path));
    }

    [Fact]
    public void A_step_logged_before_a_crash_is_understood()
    {
        var (keep, other) = (Write(1, "a.jpg", "one"), Write(2, "b.jpg", "two"));
        var log = DuplicateActions.Run([Group(keep, other)], Options(DuplicateAction.Move)).Log!;
        File.AppendAllText(log, "{\"action\":\"move\",\"pa");
        Assert.Null(Assert.Single(DuplicateActions.Undo(log).Steps).Skipped);
        File.WriteAllText(log, "nonsense\n");
        Assert.Contains("line 1", Assert.Throws<GalleryException>(() => DuplicateActions.Undo(log)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_or_vanished_file_is_left_alone()
    {
        var (keep, changed, gone) = (Write(1, "a.jpg", "one"), Write(2, "b.jpg", "two"), Write(3, "c.jpg", "three"));
        File.WriteAllText(changed.Path, "edited since");
        File.Delete(gone.Path);
        var report = DuplicateActions.Run([Group(keep, changed, gone)], Options(DuplicateAction.Move));
        Assert.Contains("has changed since it was indexed", report.Steps[0].Skipped, StringComparison.Ordinal);
        Assert.Contains("no longer there", report.Steps[1].Skipped, StringComparison.Ordinal);
        Assert.Equal("edited since", File.ReadAllText(changed.Path));
        Assert.Null(report.Log);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_moves_when_the_kept_picture_is_not_what_was_indexed(bool gone)
    {
        var (keep, other) = (Write(1, "a.jpg", "one"), Write(2, "b.jpg", "one"));
        if (gone)
            File.Delete(keep.Path);
        else
            File.WriteAllText(keep.Path, "edited since");
        var step = Assert.Single(DuplicateActions.Run([Group(keep, other)], Options(DuplicateAction.Trash)).Steps);
        Assert.False(step.Done);
        Assert.StartsWith("the picture to keep", step.Skipped, StringComparison.Ordinal);
        Assert.True(File.Exists(other.Path));
    }

    [Fact]
    public void The_kept_file_is_not_moved_through_another_path_to_it()
    {
        if (OperatingSystem.IsWindows())
            return;
        var keep = Write(1, "a/x.jpg", "one");
        Directory.CreateSymbolicLink(_folder["b"], _folder["a"]);
        File.CreateSymbolicLink(_folder["link.jpg"], keep.Path);
        GalleryItem[] others = [keep with { Id = 2, Path = _folder["b/x.jpg"] }, keep with { Id = 3, Path = _folder["link.jpg"] }];
        var report = DuplicateActions.Run([Group(keep, others)], Options(DuplicateAction.Move));
        Assert.Contains("the kept file itself", report.Steps[0].Skipped, StringComparison.Ordinal);
        Assert.Contains("symbolic link", report.Steps[1].Skipped, StringComparison.Ordinal);
        Assert.Equal("one", File.ReadAllText(keep.Path));
    }

    [Fact]
    public void Trash_follows_the_specification_of_the_desktops()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var (keep, other) = (Write(1, "a.jpg", "one"), Write(2, "sub dir/ü.jpg", "two"));
        var report = DuplicateActions.Run([Group(keep, other)], Options(DuplicateAction.Trash));
        Assert.Equal("two", File.ReadAllText(_folder["trash/files/ü.jpg"]));
        var info = File.ReadAllLines(_folder["trash/info/ü.jpg.trashinfo"]);
        Assert.Equal("[Trash Info]", info[0]);
        Assert.Equal("Path=" + _folder["sub%20dir/%C3%BC.jpg"], info[1]);
        Assert.Matches(@"^DeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$", info[2]);
        DuplicateActions.Undo(report.Log!);
        Assert.True(File.Exists(other.Path));
        Assert.Empty(Directory.GetFiles(_folder["trash/info"]));
    }

    [Fact]
    public void Hardlink_makes_one_file_of_two_and_only_of_the_same_bytes()
    {
        var (keep, same, near) = (Write(1, "a.jpg", "one"), Write(2, "b.jpg", "one"), Write(3, "c.jpg", "two"));
        File.SetLastWriteTimeUtc(same.Path, new DateTime(2011, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        same = same with { Modified = File.GetLastWriteTimeUtc(same.Path) };
        var report = DuplicateActions.Run([Group(keep, same, near)], Options(DuplicateAction.Hardlink));
        Assert.True(report.Steps[0].Done);
        Assert.Contains("other bytes", report.Steps[1].Skipped, StringComparison.Ordinal);
        File.AppendAllText(keep.Path, "!");
        Assert.Equal("one!", File.ReadAllText(same.Path));
        File.WriteAllText(keep.Path, "one");
        Assert.Empty(Directory.GetFiles(_folder.Path, ".semblance-*"));

        Assert.Null(Assert.Single(DuplicateActions.Undo(report.Log!).Steps).Skipped);
        Assert.Equal(same.Modified, File.GetLastWriteTimeUtc(same.Path));
        File.AppendAllText(keep.Path, "!");
        Assert.Equal("one", File.ReadAllText(same.Path));
    }

    [Fact]
    public void Across_volumes_the_copy_is_proved_before_the_source_goes()
    {
        // A memory file system is another volume than the disk's temporary folder, where the machine has one.
        const string OtherVolume = "/dev/shm";
        if (!Directory.Exists(OtherVolume))
            return;
        var source = Write(1, "a.jpg", "one");
        var target = Path.Combine(OtherVolume, $"semblance-test-{Guid.NewGuid():n}.jpg");
        try
        {
            Assert.Throws<IOException>(() => SafeFiles.HardLink(source.Path, target));
            Assert.Throws<IOException>(() => SafeFiles.Move(source.Path, target, "another hash"));
            Assert.True(File.Exists(source.Path));
            Assert.False(File.Exists(target));

            SafeFiles.Move(source.Path, target, source.Hash);
            Assert.False(File.Exists(source.Path));
            Assert.Equal("one", File.ReadAllText(target));
            Assert.Equal(source.Modified, File.GetLastWriteTimeUtc(target), TimeSpan.FromMilliseconds(1));
        }
        finally
        {
            File.Delete(target);
        }
    }

    [Fact]
    public void Move_without_a_folder_is_refused() =>
        Assert.Throws<GalleryException>(() => DuplicateActions.Run([], new DuplicateActionOptions { Action = DuplicateAction.Move }));

    private string[] Snapshot() =>
    [
        .. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Order().Select(file => file + ": " + File.ReadAllText(file)),
    ];
}
