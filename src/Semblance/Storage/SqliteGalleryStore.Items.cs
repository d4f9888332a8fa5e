using Microsoft.Data.Sqlite;
using Semblance.Imaging;

namespace Semblance.Storage;

/// <content>Items and their raw vectors, and the batches that change them.</content>
internal sealed partial class SqliteGalleryStore
{
    private const string ItemColumns = "i.id, i.path, i.size, i.modified, i.hash, i.format, i.width, i.height, i.orientation, i.phash, i.dhash, i.missing, " + PhotoColumns;

    private static GalleryItem ReadItem(SqliteDataReader r) => new(
        r.GetInt64(0),
        r.GetString(1),
        r.GetInt64(2),
        new DateTime(r.GetInt64(3), DateTimeKind.Utc),
        r.GetString(4),
        r.GetString(5),
        r.GetInt32(6),
        r.GetInt32(7),
        r.GetInt32(8),
        ReadPhoto(r, 12),
        (ulong)r.GetInt64(9),
        (ulong)r.GetInt64(10),
        r.GetInt64(11) != 0);

    public IEnumerable<GalleryItem> Items(bool includeMissing = false) =>
        Stream($"SELECT {ItemColumns} FROM items i {(includeMissing ? "" : "WHERE i.missing = 0")} ORDER BY i.id", ReadItem);

    public GalleryItem? Item(long id) => Read(c => Query(c, $"SELECT {ItemColumns} FROM items i WHERE i.id = $id", ReadItem, ("$id", id)).SingleOrDefault());

    public GalleryItem? ItemByPath(string path) => Read(c => Query(c, $"SELECT {ItemColumns} FROM items i WHERE i.path = $path", ReadItem, ("$path", path)).SingleOrDefault());

    public GalleryItem? ItemByHash(string hash, long spaceId) => Read(c => Query(
        c,
        $"SELECT {ItemColumns} FROM items i JOIN vectors v ON v.item = i.id AND v.space = $space WHERE i.hash = $hash ORDER BY i.missing, i.id LIMIT 1",
        ReadItem,
        ("$hash", hash),
        ("$space", spaceId)).SingleOrDefault());

    public IReadOnlyDictionary<long, GalleryItem> ItemsById(IReadOnlyCollection<long> ids) =>
        Read(c => Query(c, $"SELECT {ItemColumns} FROM items i WHERE i.id IN ({InList(ids)})", ReadItem)).ToDictionary(item => item.Id);

    public long CountItems(bool includeMissing = false) =>
        Read(c => (long)Command(c, includeMissing ? "SELECT count(*) FROM items" : "SELECT count(*) FROM items WHERE missing = 0").ExecuteScalar()!);

    public IEnumerable<ItemStamp> Stamps() => Stream(
        "SELECT id, path, size, modified, hash, missing, facts FROM items",
        r => new ItemStamp(r.GetInt64(0), r.GetString(1), r.GetInt64(2), new DateTime(r.GetInt64(3), DateTimeKind.Utc), r.GetString(4), r.GetInt64(5) != 0, r.GetInt64(6) < PhotoFacts.ReaderVersion));

    public IEnumerable<GalleryItem> ItemsWithoutVector(long spaceId) => Stream(
        $"SELECT {ItemColumns} FROM items i WHERE i.missing = 0 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space = $space AND v.item = i.id) ORDER BY i.id",
        ReadItem,
        ("$space", spaceId));

    public float[]? Vector(long spaceId, long itemId) => Read(c =>
        Command(c, "SELECT vector FROM vectors WHERE space = $space AND item = $item", ("$space", spaceId), ("$item", itemId)).ExecuteScalar() is byte[] bytes
            ? StoredVector.Decode(bytes)
            : null);

    public long CountVectors(long spaceId) => Read(c => (long)Command(
        c,
        "SELECT count(*) FROM vectors v JOIN items i ON i.id = v.item WHERE v.space = $space AND i.missing = 0",
        ("$space", spaceId)).ExecuteScalar()!);

    public IEnumerable<(long ItemId, float[] Vector)> Vectors(long spaceId) => Stream(
        "SELECT v.item, v.vector FROM vectors v JOIN items i ON i.id = v.item WHERE v.space = $space AND i.missing = 0 ORDER BY v.item",
        r => (r.GetInt64(0), StoredVector.Decode((byte[])r[1])),
        ("$space", spaceId));

    public IEnumerable<(long ItemId, float[]? Vector)> ChangesSince(long spaceId, long changeCounter) => Stream(
        "SELECT i.id, CASE WHEN i.missing = 0 THEN v.vector END FROM items i LEFT JOIN vectors v ON v.item = i.id AND v.space = $space WHERE i.changed > $changed ORDER BY i.id",
        r => (r.GetInt64(0), r.IsDBNull(1) ? null : StoredVector.Decode((byte[])r[1])),
        ("$space", spaceId),
        ("$changed", changeCounter));

    public void Commit(IngestBatch batch) => Write(c =>
    {
        var change = NextChange(c);
        foreach (var (itemId, newPath, size, modified) in batch.Renamed)
        {
            // The new name may still belong to a vanished picture; that row gives way, its vector is not needed again.
            Execute(c, "DELETE FROM items WHERE path = $path AND missing = 1 AND id <> $id", ("$path", newPath), ("$id", itemId));
            Execute(
                c,
                "UPDATE items SET path = $path, size = $size, modified = $modified, missing = 0, changed = $change WHERE id = $id",
                ("$path", newPath),
                ("$size", size),
                ("$modified", modified.Ticks),
                ("$change", change),
                ("$id", itemId));
        }
        foreach (var (itemId, size, modified) in batch.Touched)
            Execute(c, "UPDATE items SET size = $size, modified = $modified, missing = 0, changed = $change WHERE id = $id", ("$size", size), ("$modified", modified.Ticks), ("$change", change), ("$id", itemId));
        foreach (var itemId in batch.Vanished)
            Execute(c, "UPDATE items SET missing = 1, changed = $change WHERE id = $id", ("$change", change), ("$id", itemId));
        WritePictures(c, batch, change);
        WriteFacts(c, batch.Facts);
        foreach (var failed in batch.Failed)
        {
            Execute(
                c,
                "INSERT OR REPLACE INTO failures VALUES ($path, $size, $modified, $reason, $message, $at)",
                ("$path", failed.Path),
                ("$size", failed.Size),
                ("$modified", failed.Modified.Ticks),
                ("$reason", failed.Reason),
                ("$message", failed.Message),
                ("$at", DateTime.UtcNow.Ticks));
        }
        foreach (var path in batch.Recovered)
            Execute(c, "DELETE FROM failures WHERE path = $path", ("$path", path));
        return 0;
    });

    private static void WritePictures(SqliteConnection c, IngestBatch batch, long change)
    {
        if (batch.Pictures.Count == 0)
            return;
        using var insert = Command(
            c,
            """
            INSERT INTO items (path, size, modified, hash, format, width, height, orientation, phash, dhash, missing, changed)
            VALUES ($path, $size, $modified, $hash, $format, $width, $height, $orientation, $phash, $dhash, 0, $change)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, modified = excluded.modified, hash = excluded.hash, format = excluded.format,
                width = excluded.width, height = excluded.height, orientation = excluded.orientation,
                phash = excluded.phash, dhash = excluded.dhash, missing = 0, changed = excluded.changed
            RETURNING id
            """);
        foreach (var picture in batch.Pictures)
        {
            var item = picture.Item;
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$path", item.Path);
            insert.Parameters.AddWithValue("$size", item.Size);
            insert.Parameters.AddWithValue("$modified", item.Modified.Ticks);
            insert.Parameters.AddWithValue("$hash", item.Hash);
            insert.Parameters.AddWithValue("$format", item.Format);
            insert.Parameters.AddWithValue("$width", item.Width);
            insert.Parameters.AddWithValue("$height", item.Height);
            insert.Parameters.AddWithValue("$orientation", item.Orientation);
            insert.Parameters.AddWithValue("$phash", (long)item.PHash);
            insert.Parameters.AddWithValue("$dhash", (long)item.DHash);
            insert.Parameters.AddWithValue("$change", change);
            var id = (long)insert.ExecuteScalar()!;
            // Vectors of other spaces were made from other bytes.
            if (picture.ItemId is not null)
                Execute(c, "DELETE FROM vectors WHERE item = $item AND space <> $space", ("$item", id), ("$space", batch.SpaceId));
            WriteVector(c, batch.SpaceId, id, picture.Vector);
            WriteFacts(c, [new ItemFacts(id, item.Photo, picture.Sidecars)]);
        }
    }

    private static void WriteVector(SqliteConnection c, long spaceId, long itemId, float[] vector)
    {
        var bytes = StoredVector.Encode(vector);
        Execute(
            c,
            "INSERT OR REPLACE INTO vectors VALUES ($space, $item, $vector, $crc)",
            ("$space", spaceId),
            ("$item", itemId),
            ("$vector", bytes),
            ("$crc", (long)StoredVector.Checksum(bytes)));
    }

    public void AddVectors(long spaceId, IReadOnlyList<(long ItemId, float[] Vector)> vectors) => Write(c =>
    {
        // An index file of the space may exist already, from a run in which these pictures could not be read.
        var change = NextChange(c);
        foreach (var (itemId, vector) in vectors)
        {
            WriteVector(c, spaceId, itemId, vector);
            Execute(c, "UPDATE items SET changed = $change WHERE id = $id", ("$change", change), ("$id", itemId));
        }
        return 0;
    });

    private static long NextChange(SqliteConnection c) =>
        (long)Command(c, "UPDATE counters SET value = value + 1 WHERE name = 'changes' RETURNING value").ExecuteScalar()!;
}
