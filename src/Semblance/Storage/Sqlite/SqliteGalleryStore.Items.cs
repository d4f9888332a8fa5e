using Semblance.Filtering;
using Semblance.Imaging;
using Semblance.Index;

namespace Semblance.Storage.Sqlite;

/// <content>Items, and the batches that change them.</content>
internal sealed partial class SqliteGalleryStore
{
    private const string ItemColumns = "i.id, i.path, i.size, i.modified, i.hash, i.format, i.width, i.height, i.orientation, i.phash, i.dhash, i.missing, " + PhotoColumns;

    private static readonly int s_versionColumn = ItemColumns.Split(',').Length;

    private static GalleryItem ReadItem(SqliteStatement r) => new(
        r.Long(0),
        r.Text(1)!,
        r.Long(2),
        new DateTime(r.Long(3), DateTimeKind.Utc),
        Convert.ToHexStringLower(r.Bytes(4)),
        r.Text(5)!,
        r.Int(6),
        r.Int(7),
        r.Int(8),
        ReadPhoto(r, 12),
        (ulong)r.Long(9),
        (ulong)r.Long(10),
        r.Long(11) != 0);

    public IEnumerable<GalleryItem> Items(bool includeMissing = false) =>
        Stream($"SELECT {ItemColumns} FROM items i {(includeMissing ? "" : "WHERE i.missing = 0")} ORDER BY i.id", ReadItem);

    public GalleryItem? Item(long id) => Read(session => session.Query($"SELECT {ItemColumns} FROM items i WHERE i.id = ?", ReadItem, id).SingleOrDefault());

    public GalleryItem? ItemByPath(string path) => Read(session => session.Query($"SELECT {ItemColumns} FROM items i WHERE i.path = ?", ReadItem, path).SingleOrDefault());

    public GalleryItem? ItemByHash(string hash, long spaceId) => Read(session => session.Query(
        $"SELECT {ItemColumns} FROM items i WHERE i.hash = ? AND EXISTS (SELECT 1 FROM vectors v WHERE v.id = ? + (i.id << 8)) ORDER BY i.missing, i.id LIMIT 1",
        ReadItem,
        Convert.FromHexString(hash),
        VectorKey.First(spaceId)).SingleOrDefault());

    public IReadOnlyDictionary<long, GalleryItem> ItemsById(IReadOnlyCollection<long> ids) => Snapshot(session => Chosen(session, ids));

    private static Dictionary<long, GalleryItem> Chosen(SqliteSession session, IReadOnlyCollection<long> ids)
    {
        var found = new Dictionary<long, GalleryItem>(ids.Count);
        foreach (var group in ids.Chunk(IdList.Most))
        {
            using var rows = IdList.Open(session, $"SELECT {ItemColumns} FROM items i WHERE i.id IN ", group);
            while (rows.Read())
                found[rows.Long(0)] = ReadItem(rows);
        }
        return found;
    }

    public T ReadAnswer<T>(IReadOnlyList<long> candidates, Func<AnswerRows, T> work) => Snapshot(session =>
    {
        var version = default(GalleryVersion);
        var marks = new Dictionary<long, ItemMark>(candidates.Count);
        foreach (var group in candidates.Count == 0 ? [[]] : candidates.Chunk(IdList.Most))
        {
            // The version comes with each row, and there always is one.
            using var rows = IdList.Open(
                session,
                """
                SELECT r.value, c.value, i.id, i.missing, i.phash, i.dhash
                FROM counters r JOIN counters c ON r.name = 'revision' AND c.name = 'changes' LEFT JOIN items i ON i.id IN 
                """,
                group);
            while (rows.Read())
            {
                version = new(rows.Long(0), rows.Long(1));
                if (!rows.IsNull(2))
                    marks[rows.Long(2)] = new(rows.Long(3) != 0, (ulong)rows.Long(4), (ulong)rows.Long(5));
            }
        }
        return work(new AnswerRows(version, id => marks.TryGetValue(id, out var mark) ? mark : null, ids => Chosen(session, ids)));
    });

    public (IReadOnlyDictionary<long, GalleryItem> Items, GalleryVersion Version) ReadItems(IReadOnlyList<long> ids) => ids.Count > IdList.Most
        ? Snapshot(session => ((IReadOnlyDictionary<long, GalleryItem>)Chosen(session, ids), VersionOf(session)))
        : Read(session =>
        {
            if (ids.Count == 0)
                return (new Dictionary<long, GalleryItem>(), VersionOf(session));
            var (items, version) = (new Dictionary<long, GalleryItem>(ids.Count), default(GalleryVersion));
            // One statement sees one state, and the version comes with each row, of which there always is one.
            using var rows = IdList.Open(
                session,
                $"SELECT {ItemColumns}, r.value, c.value FROM counters r JOIN counters c ON r.name = 'revision' AND c.name = 'changes' LEFT JOIN items i ON i.id IN ",
                ids);
            while (rows.Read())
            {
                version = new(rows.Long(s_versionColumn), rows.Long(s_versionColumn + 1));
                if (!rows.IsNull(0))
                    items[rows.Long(0)] = ReadItem(rows);
            }
            return ((IReadOnlyDictionary<long, GalleryItem>)items, version);
        });

    public void ReadHashes(long changes, HashVisitor visit) => Read(session =>
    {
        using var rows = session.Open(changes == 0 ? "SELECT id, missing, phash FROM items" : "SELECT id, missing, phash FROM items WHERE changed > ?", changes == 0 ? [] : [changes]);
        while (rows.Read())
            visit(rows.Long(0), rows.Long(1) != 0, (ulong)rows.Long(2));
        return 0;
    });

    public (IdBitmap Ids, GalleryVersion Version) IdsWhere(FilterNode filter) => Snapshot(session => (new SqliteFilter(session).IdsOf(filter), VersionOf(session)));

    public long CountItems(bool includeMissing = false) => Read(session =>
        session.Number(includeMissing ? "SELECT count(*) FROM items" : "SELECT value FROM counters WHERE name = 'items'")!.Value);

    public IEnumerable<ItemStamp> Stamps() => Stream(
        "SELECT id, path, size, modified, hash, missing, facts FROM items",
        r => new ItemStamp(r.Long(0), r.Text(1)!, r.Long(2), new DateTime(r.Long(3), DateTimeKind.Utc), Convert.ToHexStringLower(r.Bytes(4)), r.Long(5) != 0, r.Long(6) < PhotoFacts.ReaderVersion));

    public void Commit(IngestBatch batch) => Write(session =>
    {
        var change = NextChange(session);
        var known = batch.Renamed.Select(row => row.ItemId)
            .Concat(batch.Touched.Select(row => row.ItemId))
            .Concat(batch.Vanished)
            // A picture that counts as new may take the row of a vanished one at its path.
            .Concat(batch.Pictures.Select(picture => session.Number("SELECT id FROM items WHERE path = ?", picture.Item.Path) ?? 0))
            .Where(id => id > 0)
            .Distinct()
            .ToArray();
        Counted(session, known, () =>
        {
            Change(session, batch, change);
            var written = WritePictures(session, batch, change);
            WriteFacts(session, batch.Facts);
            return written;
        });
        foreach (var failed in batch.Failed)
            session.Execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)", failed.Path, failed.Size, failed.Modified.Ticks, failed.Reason, failed.Message, DateTime.UtcNow.Ticks);
        foreach (var path in batch.Recovered)
            session.Execute("DELETE FROM failures WHERE path = ?", path);
        return 0;
    });

    private static void Change(SqliteSession session, IngestBatch batch, long change)
    {
        foreach (var (itemId, newPath, size, modified) in batch.Renamed)
        {
            // The new name may still belong to a vanished picture; that row gives way, its vectors are not needed again.
            foreach (var inTheWay in session.Query("SELECT id FROM items WHERE path = ? AND missing <> 0 AND id <> ?", r => r.Long(0), newPath, itemId))
            {
                DeleteVectors(session, inTheWay);
                session.Execute("DELETE FROM items WHERE id = ?", inTheWay);
            }
            session.Execute(
                "UPDATE items SET path = ?, label = ?, size = ?, modified = ?, missing = 0, changed = ? WHERE id = ?", newPath, GalleryItem.LabelOf(newPath), size, modified.Ticks, change, itemId);
        }
        foreach (var (itemId, size, modified) in batch.Touched)
            session.Execute("UPDATE items SET size = ?, modified = ?, missing = 0, changed = ? WHERE id = ?", size, modified.Ticks, change, itemId);
        foreach (var itemId in batch.Vanished)
            session.Execute("UPDATE items SET missing = 1, changed = ? WHERE id = ?", change, itemId);
    }

    /// <returns>The ids of the pictures.</returns>
    private static List<long> WritePictures(SqliteSession session, IngestBatch batch, long change)
    {
        var ids = new List<long>(batch.Pictures.Count);
        foreach (var picture in batch.Pictures)
        {
            var item = picture.Item;
            var id = session.Number(
                """
                INSERT INTO items (path, label, size, modified, hash, format, width, height, orientation, phash, dhash, missing, changed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
                ON CONFLICT (path) DO UPDATE SET size = excluded.size, modified = excluded.modified, hash = excluded.hash, format = excluded.format,
                    width = excluded.width, height = excluded.height, orientation = excluded.orientation,
                    phash = excluded.phash, dhash = excluded.dhash, missing = 0, changed = excluded.changed
                RETURNING id
                """,
                item.Path,
                item.Label,
                item.Size,
                item.Modified.Ticks,
                Convert.FromHexString(item.Hash),
                item.Format,
                item.Width,
                item.Height,
                item.Orientation,
                (long)item.PHash,
                (long)item.DHash,
                change)!.Value;
            // What there is was made from other bytes.
            DeleteVectors(session, id);
            foreach (var (space, parts) in picture.Vectors)
                WriteVectors(session, space, id, parts, null);
            WriteFacts(session, [new ItemFacts(id, item.Photo, picture.Sidecars)]);
            ids.Add(id);
        }
        return ids;
    }

    public IReadOnlyList<string> Roots => Read(session => session.Query("SELECT path FROM roots ORDER BY path", r => r.Text(0)!));

    public void AddRoots(IReadOnlyList<string> roots) => Write(session =>
    {
        foreach (var root in roots)
            session.Execute("INSERT OR IGNORE INTO roots VALUES (?)", root);
        return 0;
    });

    public IReadOnlyList<GalleryFailure> Failures => Read(session => session.Query(
        "SELECT path, reason, message, at FROM failures ORDER BY path",
        r => new GalleryFailure(r.Text(0)!, r.Text(1)!, r.Text(2)!, new DateTime(r.Long(3), DateTimeKind.Utc))));

    // What was unsupported is tried at every run: another build, or one set up anew, may read it.
    public IReadOnlyDictionary<string, (long Size, DateTime Modified)> FailureStamps() => Read(session => session.Query(
        "SELECT path, size, CASE reason WHEN 'unsupported' THEN 0 ELSE modified END FROM failures",
        r => (Path: r.Text(0)!, Size: r.Long(1), Modified: new DateTime(r.Long(2), DateTimeKind.Utc)))
        .ToDictionary(f => f.Path, f => (f.Size, f.Modified), StringComparer.Ordinal));

    public IReadOnlyList<string> Tags(long itemId) => Read(session => session.Query("SELECT tag FROM tags WHERE item = ? ORDER BY tag", r => r.Text(0)!, itemId));

    public IReadOnlyDictionary<long, IReadOnlyList<string>> AllTags() => Read(session => session.Query("SELECT item, tag FROM tags ORDER BY item, tag", r => (Item: r.Long(0), Tag: r.Text(1)!)))
        .GroupBy(row => row.Item)
        .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(row => row.Tag)]);

    public long CountTags() => Read(session => session.Number("SELECT count(DISTINCT tag) FROM tags")!.Value);

    public int AddTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags) => Write(session =>
    {
        var added = 0;
        foreach (var item in itemIds)
        {
            if (session.Number("SELECT 1 FROM items WHERE id = ?", item) is null)
                throw new GalleryException(GalleryError.NoPicture, $"There is no picture with id {item} in '{Location}'.", null, ("id", item.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            foreach (var tag in tags)
                added += session.Execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", item, tag);
        }
        return added;
    });

    public int RemoveTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags) => Write(session =>
    {
        var removed = 0;
        foreach (var item in itemIds)
        {
            foreach (var tag in tags)
                removed += session.Execute("DELETE FROM tags WHERE item = ? AND tag = ?", item, tag);
        }
        return removed;
    });
}
