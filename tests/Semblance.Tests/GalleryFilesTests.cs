using Microsoft.Data.Sqlite;
using Xunit;

namespace Semblance.Tests;

/// <summary>The gallery's files in bad company: other models, newer versions, damage, a second writer, snapshots.</summary>
public sealed class GalleryFilesTests
{
    private static async Task<SmallGallery> FilledAsync()
    {
        var small = new SmallGallery().Fill();
        using var gallery = small.Open();
        await gallery.IngestAsync(small.Pictures);
        return small;
    }

    [Fact]
    public async Task Vectors_of_another_model_are_refused_and_reindex_switches()
    {
        using var small = await FilledAsync();
        var refusal = Assert.Throws<GalleryRefusedException>(() => small.Open("pixels"));
        Assert.Equal((GalleryError.OtherModel, "pixels"), (refusal.Error, refusal.Details["asked"]));
        using (var gallery = small.Open(null))
        {
            Assert.Equal(12, (await gallery.ReindexAsync("pixels")).Added);
            Assert.Equal("pixels", gallery.Space!.Model);
            Assert.Equal(2, gallery.Spaces.Count);
            Assert.Equal(5, (await gallery.SearchAsync(Query.FromId(1), 5)).Count);
            Assert.True(gallery.Verify().Ok);
            // Back again: the old vectors are still there, nothing is embedded twice.
            Assert.Equal(0, (await gallery.ReindexAsync("hsv")).Added);
        }
        using var reopened = small.Open("hsv");
        Assert.Equal("hsv", reopened.Space!.Model);
    }

    [Fact]
    public async Task A_newer_or_foreign_database_is_refused_untouched()
    {
        using var small = await FilledAsync();
        Sql(small, "PRAGMA user_version = 99");
        Assert.Contains("newer", Assert.Throws<GalleryRefusedException>(() => small.Open()).Message, StringComparison.Ordinal);
        Sql(small, "PRAGMA user_version = 1; PRAGMA application_id = 77");
        Assert.Contains("another program", Assert.Throws<GalleryRefusedException>(() => small.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_instead_of_a_database_is_named_damaged()
    {
        using var small = new SmallGallery();
        Directory.CreateDirectory(small.Folder);
        File.WriteAllText(Path.Combine(small.Folder, "gallery.db"), new string('x', 5000));
        Assert.Contains("damaged", Assert.Throws<GalleryException>(() => small.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_writer_is_refused_while_readers_go_on()
    {
        using var small = await FilledAsync();
        using var other = new FileStream(Path.Combine(small.Folder, "writer.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        using var gallery = small.Open();
        Assert.Contains("Another process", (await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.IngestAsync(small.Pictures))).Message, StringComparison.Ordinal);
        Assert.Equal(3, (await gallery.SearchAsync(Query.FromId(1), 3)).Count);
        Assert.Equal(1, gallery.Store.AddTags([1], ["x"]));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("truncate")]
    [InlineData("garbage")]
    [InlineData("empty")]
    public async Task A_lost_or_damaged_index_file_is_rebuilt_from_the_rows(string harm)
    {
        using var small = await FilledAsync();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(small.Folder, "spaces"), "*.index", SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(file);
        var harmed = harm switch
        {
            "truncate" => bytes[..(bytes.Length / 2)],
            "garbage" => [.. bytes.Select(b => (byte)~b)],
            _ => [],
        };
        File.Delete(file);
        if (harm != "delete")
            File.WriteAllBytes(file, harmed);
        using var gallery = small.Open();
        Assert.Equal(12, (await gallery.SearchAsync(Query.From(Path.Combine(small.Pictures, "c1", "p1.jpg")), 50)).Count);
        Assert.True(gallery.Verify().Ok);
    }

    [Fact]
    public async Task Verify_finds_a_flipped_bit_in_a_vector_and_in_the_index_file()
    {
        using var small = await FilledAsync();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(small.Folder, "spaces"), "*.index", SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        using (var gallery = small.Open())
            Assert.Contains("index", Assert.Single(gallery.Verify().Problems), StringComparison.Ordinal);
        File.Delete(file);
        Sql(small, "UPDATE vectors SET vector = zeroblob(length(vector)) WHERE item = 5");
        using (var gallery = small.Open())
            Assert.Contains("picture 5 does not match its checksum", Assert.Single(gallery.Verify().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_restores_to_the_same_answers_and_a_damaged_one_is_refused()
    {
        using var small = await FilledAsync();
        var file = small["backup.semblance"];
        IReadOnlyList<SearchHit> before;
        using (var gallery = small.Open())
        {
            gallery.Store.AddTags([3], ["t"]);
            before = await gallery.SearchAsync(Query.FromId(1), 5);
            gallery.Snapshot(file);
            Assert.Throws<GalleryRefusedException>(() => gallery.Snapshot(file));
        }
        var other = small["restored"];
        Gallery.Restore(file, other);
        using (var restored = Gallery.Open(other))
        {
            Assert.Equal(before.Select(h => (h.Id, h.Path, h.Score)), (await restored.SearchAsync(Query.FromId(1), 5)).Select(h => (h.Id, h.Path, h.Score)));
            Assert.Equal(["t"], restored.Store.Tags(3));
        }
        Assert.Throws<GalleryRefusedException>(() => Gallery.Restore(file, other));
        Gallery.Restore(file, other, replace: true);

        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(bytes.Length / 2, 4096).Fill(0xAA);
        File.WriteAllBytes(file, bytes);
        Assert.Throws<GalleryException>(() => Gallery.Restore(file, other, replace: true));
        using var untouched = Gallery.Open(other);
        Assert.Equal(12, untouched.Store.CountItems());
    }

    [Fact]
    public async Task A_gallery_opened_read_only_searches_and_refuses_changes()
    {
        using var small = await FilledAsync();
        using var gallery = small.Open(readOnly: true);
        Assert.True(gallery.IsReadOnly);
        Assert.Equal(3, (await gallery.SearchAsync(Query.FromId(1), 3)).Count);
        await Assert.ThrowsAsync<GalleryRefusedException>(() => gallery.IngestAsync(small.Pictures));
        Assert.Throws<GalleryRefusedException>(() => gallery.Store.AddTags([1], ["x"]));
    }

    [Fact]
    public void Opening_without_a_gallery_says_how_to_make_one()
    {
        using var small = new SmallGallery();
        var error = Assert.Throws<GalleryException>(() => Gallery.Open(small.Folder, new GalleryOptions { Create = false }));
        Assert.Contains("There is no gallery", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(small.Folder));
    }

    private static void Sql(SmallGallery small, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(small.Folder, "gallery.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
