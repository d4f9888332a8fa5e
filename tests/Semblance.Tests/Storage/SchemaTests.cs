using Microsoft.Data.Sqlite;
using Semblance.Storage.Sqlite;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests.Storage;

public sealed class SchemaTests
{
    private const int WithSettings = 2;
    private const int WithFacts = 3;

    /// <summary>A gallery as an older program left it: the tables of its time, and the rows as they were in them.</summary>
    private static async Task<SmallGallery> OldGalleryAsync(int version)
    {
        var small = new SmallGallery().Fill(2, 3);
        small.Write("dated.jpg", TestExif.IntoJpeg(PictureBytes.Jpeg(TestPictures.Scene(48, 40, 7, 7)), TestExif.Block(make: "Leica", taken: new DateTime(2001, 2, 3, 4, 5, 6))));
        using (var gallery = small.Open())
        {
            await gallery.IngestAsync(small.Pictures);
            gallery.Store.AddTags([1, 2], ["kept"]);
        }
        small.Write("dated.xmp", TestXmp.Packet("xmp:Rating=\"4\""));
        var old = Path.Combine(small.Folder, "old.db");
        using (var connection = Connect(old))
        {
            foreach (var step in Schema.Steps.Take(version))
                Execute(connection, step);
            Execute(connection, $"PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = {version}");
            Execute(connection, $"ATTACH '{Path.Combine(small.Folder, "gallery.db")}' AS new; DELETE FROM counters");
            foreach (var table in Tables(connection))
            {
                var columns = string.Join(", ", Rows(connection, $"SELECT name FROM pragma_table_info('{table}')"));
                Execute(connection, $"INSERT INTO {table} ({columns}) SELECT {columns.Replace("hash,", "lower(hex(hash)),", StringComparison.Ordinal).Replace("plower(hex(hash))", "phash", StringComparison.Ordinal).Replace("dlower(hex(hash))", "dhash", StringComparison.Ordinal)} FROM new.{table}");
            }
            Execute(connection, "DELETE FROM counters WHERE name <> 'changes'");
        }
        File.Delete(Path.Combine(small.Folder, "gallery.db-wal"));
        File.Delete(Path.Combine(small.Folder, "gallery.db-shm"));
        File.Move(old, Path.Combine(small.Folder, "gallery.db"), overwrite: true);
        return small;
    }

    private static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    private static List<string> Tables(SqliteConnection connection) => Rows(connection, "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");

    private static string Shape(string folder)
    {
        using var connection = Connect(Path.Combine(folder, "gallery.db"));
        return string.Join('\n', Tables(connection).Order(StringComparer.Ordinal).Select(table =>
            $"{table}: {string.Join(", ", Rows(connection, $"SELECT name || ' ' || type FROM pragma_table_info('{table}') ORDER BY name"))}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(WithSettings)]
    public async Task An_old_gallery_keeps_everything_and_its_next_run_reads_the_new_facts_without_embedding(int version)
    {
        using var small = await OldGalleryAsync(version);
        using (var gallery = small.Open())
        {
            Assert.Equal(7, gallery.Status().OutdatedFacts);
            var before = gallery.Store.ItemByPath(Path.Combine(small.Pictures, "dated.jpg"))!;
            Assert.Equal((new DateTime(2001, 2, 3, 4, 5, 6), "Leica", null), (before.Taken!.Value, before.Camera, before.Photo.Rating));
            Assert.Equal(["kept"], gallery.Store.Tags(1));
            Assert.True(gallery.Verify().Ok);
            Assert.NotEmpty(await gallery.SimilarAsync(1));
            // The first schema had no room for settings.
            gallery.TargetRecall = 0.5f;
            Assert.Equal(0.5f, gallery.TargetRecall);

            var report = await gallery.IngestAsync(small.Pictures);
            Assert.Equal((0, 0, 7, 7, 0), (report.Added, report.Updated, report.Unchanged, report.FactsRead, report.ImagesPerSecond));
            Assert.Equal(0, gallery.Status().OutdatedFacts);
            Assert.Equal(4, gallery.Store.Item(before.Id)!.Photo.Rating);
            Assert.Single(gallery.Store.AllSidecars());
            Assert.Equal(0, (await gallery.IngestAsync(small.Pictures)).FactsRead);
        }
        using var fresh = new SmallGallery();
        fresh.Open().Dispose();
        Assert.Equal(Shape(fresh.Folder), Shape(small.Folder));
    }

    [Fact]
    public async Task A_gallery_with_facts_keeps_them_and_finds_by_them()
    {
        using var small = await OldGalleryAsync(WithFacts);
        using var gallery = small.Open();
        Assert.Equal(0, gallery.Status().OutdatedFacts);
        var dated = gallery.ItemByPath(Path.Combine(small.Pictures, "dated.jpg"))!;
        Assert.Equal((new DateTime(2001, 2, 3, 4, 5, 6), "Leica"), (dated.Taken!.Value, dated.Camera));
        Assert.Equal(["kept"], gallery.Tags(2));
        Assert.True(gallery.Verify().Ok);
        Assert.Equal([dated.Id], (await gallery.SearchAsync(Query.FromId(3) with { Where = "camera:leica date:2001" })).Select(hit => hit.Id));
        Assert.Equal([2], (await gallery.SearchAsync(Query.FromId(3) with { Where = "tag:kept label:c0" })).Select(hit => hit.Id));
        var report = await gallery.IngestAsync(small.Pictures);
        Assert.Equal((0, 1, 6, 1), (report.Added, report.Updated, report.Unchanged, report.FactsRead));
    }

    [Fact]
    public async Task A_step_that_does_not_end_leaves_the_gallery_as_it_was()
    {
        using var small = await OldGalleryAsync(WithSettings);
        // The step's last table is in its way, so it fails after its columns were added.
        using (var connection = Connect(Path.Combine(small.Folder, "gallery.db")))
            Execute(connection, "CREATE TABLE sidecars (x)");
        var before = Shape(small.Folder);
        Assert.Throws<GalleryException>(() => small.Open().Dispose());
        Assert.Equal(before, Shape(small.Folder));
        using (var connection = Connect(Path.Combine(small.Folder, "gallery.db")))
        {
            Assert.Equal("2", Assert.Single(Rows(connection, "SELECT CAST(user_version AS TEXT) FROM pragma_user_version")));
            Execute(connection, "DROP TABLE sidecars");
        }
        using var gallery = small.Open();
        Assert.Equal(7, gallery.Store.CountItems());
    }

    [Fact]
    public async Task A_snapshot_of_an_old_gallery_is_restored()
    {
        using var small = await OldGalleryAsync(WithSettings);
        var snapshot = small["snapshot"];
        File.Copy(Path.Combine(small.Folder, "gallery.db"), snapshot);
        Gallery.Restore(snapshot, small["restored"]);
        using var gallery = Gallery.Open(small["restored"]);
        Assert.Equal((7, 7), (gallery.Store.CountItems(), gallery.Status().OutdatedFacts));
    }

    [Fact]
    public async Task An_old_gallery_that_cannot_be_written_and_a_newer_one_are_refused_with_a_way_out()
    {
        using var small = await OldGalleryAsync(WithSettings);
        Assert.Contains("older schema", Assert.Throws<GalleryRefusedException>(() => small.Open(readOnly: true).Dispose()).Message, StringComparison.Ordinal);
        using (var connection = Connect(Path.Combine(small.Folder, "gallery.db")))
            Execute(connection, $"PRAGMA user_version = {Schema.CurrentVersion + 1}");
        Assert.Contains("newer Semblance", Assert.Throws<GalleryRefusedException>(() => small.Open().Dispose()).Message, StringComparison.Ordinal);
    }
}
