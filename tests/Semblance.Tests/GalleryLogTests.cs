using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Semblance.Measuring;
using Semblance.Tests.Searching;
using Xunit;

namespace Semblance.Tests;

/// <summary>What a gallery tells its logger: events with numbers and values, at levels that fit a server's log.</summary>
public sealed class GalleryLogTests
{
    [Fact]
    public async Task A_run_tells_of_pictures_that_fail_and_of_what_it_did_and_nobody_has_to_act()
    {
        using var small = new SmallGallery().Fill(1, 3);
        var broken = small.Write("broken.jpg", [0xFF, 0xD8, 0xFF, 1, 2, 3]);
        var log = new RecordingLog();
        using var gallery = Gallery.Open(small.Folder, new GalleryOptions { Model = "hsv", Threads = 2, Log = log });
        await gallery.IngestAsync(small.Pictures);
        var failed = Assert.Single(log.Of("PictureFailed"));
        Assert.Equal((20, LogLevel.Information, broken), (failed.Event.Id, failed.Level, failed.Values["Path"]));
        Assert.Equal(gallery.Failures.Single().Reason, failed.Values["Reason"]);
        var ingested = Assert.Single(log.Of("Ingested"));
        Assert.Equal((3L, 1L, 1), (ingested.Values["Added"], ingested.Values["Failed"], ingested.Values["Folders"]));
        Assert.Equal("GalleryOpened", log.Entries[0].Event.Name);
        Assert.DoesNotContain(log.Entries, entry => entry.Level > LogLevel.Information);

        // Files that have failed already are no news.
        await gallery.IngestAsync(small.Pictures);
        Assert.Single(log.Of("PictureFailed"));
    }

    [Fact]
    public async Task A_build_in_the_background_is_told_once_it_is_in_use()
    {
        using var rows = new RowGallery();
        var log = new RecordingLog();
        using var gallery = rows.Open(upkeep: true, log: log);
        gallery.IndexKind = "ivf-pq4";
        rows.Add(gallery, 0, 3000);
        await gallery.SearchAsync(new Query { Inputs = [new VectorInput(rows.Vector(0))] });
        await gallery.UpkeepSettled;
        var opened = Assert.Single(log.Of("IndexOpened"));
        Assert.Equal(("exact", 3000L, false), (opened.Values["Kind"], opened.Values["Rows"], opened.Values["FromFile"]));
        var built = Assert.Single(log.Of("IndexBuilt"));
        Assert.Equal((11, LogLevel.Information, "tiny", "ivf-pq4", 3000L), (built.Event.Id, built.Level, built.Values["Space"], built.Values["Kind"], built.Values["Rows"]));
        Assert.InRange((double)built.Values["Seconds"]!, 0, 600);
    }

    [Fact]
    public async Task A_damaged_index_file_is_a_warning_with_the_space_and_the_problem()
    {
        using var small = new SmallGallery().Fill(2, 4);
        using (var gallery = small.Open())
            await gallery.IngestAsync(small.Pictures);
        var file = Assert.Single(Directory.GetFiles(small.Folder, "*.index", SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        var log = new RecordingLog();
        using (var gallery = Gallery.Open(small.Folder, new GalleryOptions { Log = log }))
            Assert.Equal(8, (await gallery.SearchAsync(Query.FromId(1), 10)).Count + 1);
        var warning = Assert.Single(log.Entries, entry => entry.Level == LogLevel.Warning);
        Assert.Equal(("IndexFileDamaged", "hsv"), (warning.Event.Name, warning.Values["Space"]));
        Assert.Contains(Path.GetFileName(file), (string)warning.Values["Problem"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_is_found_damaged_in_use_is_told_to_be_healed()
    {
        using var rows = new RowGallery();
        using (var gallery = rows.Open(upkeep: true))
        {
            gallery.IndexKind = "ivf-pq4";
            rows.Add(gallery, 0, 3000);
            await gallery.SearchAsync(new Query { Inputs = [new VectorInput(rows.Vector(0))] });
            await gallery.UpkeepSettled;
        }
        var log = new RecordingLog();
        using var again = rows.Open(log: log);
        var query = new Query { Inputs = [new VectorInput(rows.Vector(0))] };
        var before = await again.SearchAsync(query with { TargetRecall = 1 });
        // In place, so that the map of the open index shows it: its last quarter, which holds rows.
        var file = Assert.Single(Directory.GetFiles(rows.Folder, "*.index", SearchOption.AllDirectories));
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            stream.Position = stream.Length / 2;
            var one = (byte)stream.ReadByte();
            stream.Position--;
            stream.WriteByte((byte)(one ^ 4));
        }
        Assert.NotEmpty(again.OpenActive(CancellationToken.None)!.DropIfDamaged(CancellationToken.None));
        var healed = Assert.Single(log.Of("IndexHealed"));
        Assert.Equal((LogLevel.Warning, "tiny"), (healed.Level, healed.Values["Space"]));
        Assert.Equal(before.Select(hit => hit.Id), (await again.SearchAsync(query)).Select(hit => hit.Id));
    }

    [Fact]
    public void A_migration_is_told_with_both_versions()
    {
        using var small = new SmallGallery();
        Directory.CreateDirectory(small.Folder);
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(small.Folder, "gallery.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = Semblance.Storage.Sqlite.Schema.Steps[0] + string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {Semblance.Storage.Sqlite.Schema.ApplicationId}; PRAGMA user_version = 1;");
            command.ExecuteNonQuery();
        }
        var log = new RecordingLog();
        Gallery.Open(small.Folder, new GalleryOptions { Log = log }).Dispose();
        var migrated = Assert.Single(log.Of("GalleryMigrated"));
        Assert.Equal((1, Semblance.Storage.Sqlite.Schema.CurrentVersion), (migrated.Values["From"], migrated.Values["To"]));
        Gallery.Open(small.Folder, new GalleryOptions { Log = log }).Dispose();
        Assert.Single(log.Of("GalleryMigrated"));
        Assert.Equal(2, log.Of("GalleryOpened").Count);
    }

    [Fact]
    public void Each_event_has_a_number_and_a_name_of_its_own()
    {
        var events = typeof(GalleryLog).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => (Method: method.Name, Message: method.GetCustomAttribute<LoggerMessageAttribute>()!)).ToList();
        Assert.True(events.Count > 10);
        Assert.Equal(events.Count, events.Select(entry => entry.Message.EventId).Distinct().Count());
        Assert.All(events, entry => Assert.Equal(entry.Method, entry.Message.EventName));
    }
}
