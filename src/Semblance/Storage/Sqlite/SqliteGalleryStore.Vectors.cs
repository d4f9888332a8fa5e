using Semblance.Networks;
using Semblance.Spaces;

namespace Semblance.Storage.Sqlite;

/// <content>Vectors as bytes, and how many there are.</content>
internal sealed partial class SqliteGalleryStore
{
    public IReadOnlyList<byte[]> Vectors(long spaceId, long itemId) => Read(session => session.Query(
        "SELECT vector FROM vectors WHERE id BETWEEN ? AND ? ORDER BY id",
        r => r.Bytes(0).ToArray(),
        VectorKey.First(spaceId, itemId),
        VectorKey.Last(spaceId, itemId)));

    public VectorCount CountVectors(long spaceId) => Read(session => session.Query(
        "SELECT vectors, pictures FROM spaces WHERE id = ?", r => new VectorCount(r.Long(0), r.Long(1)), spaceId).SingleOrDefault());

    public void ReadVectors(long spaceId, VectorVisitor visit) => Snapshot(session =>
    {
        // They are few, and a look at each vector's item would read all items.
        var missing = session.Query("SELECT id FROM items WHERE missing <> 0", r => r.Long(0)).ToHashSet();
        using var rows = session.Open("SELECT item, part, vector FROM vectors WHERE id BETWEEN ? AND ? ORDER BY id", VectorKey.First(spaceId), VectorKey.Last(spaceId));
        while (rows.Read())
        {
            if (!missing.Contains(rows.Long(0)))
                visit(rows.Long(0), rows.Int(1), rows.Bytes(2));
        }
        return 0;
    });

    public void ChangesSince(long spaceId, long changes, VectorVisitor visit) => Read(session =>
    {
        using var rows = session.Open(
            """
            SELECT i.id, ifnull(v.part, 0), v.vector FROM items i LEFT JOIN vectors v ON i.missing = 0 AND v.id BETWEEN ? + (i.id << 8) AND ? + (i.id << 8) + 255
            WHERE i.id IN (SELECT id FROM items WHERE changed > ? UNION SELECT item FROM vectors WHERE space = ? AND changed > ?) ORDER BY i.id, v.part
            """,
            VectorKey.First(spaceId),
            VectorKey.First(spaceId),
            changes,
            spaceId,
            changes);
        while (rows.Read())
            visit(rows.Long(0), rows.Int(1), rows.Bytes(2));
        return 0;
    });

    public IEnumerable<(long ItemId, bool IsFound)> PicturesChangedSince(long spaceId, long changes) => Stream(
        """
        SELECT i.id, i.missing = 0 AND EXISTS (SELECT 1 FROM vectors v WHERE v.id = ? + (i.id << 8)) FROM items i
        WHERE i.id IN (SELECT id FROM items WHERE changed > ? UNION SELECT item FROM vectors WHERE space = ? AND changed > ?)
        """,
        r => (r.Long(0), r.Long(1) != 0),
        VectorKey.First(spaceId),
        changes,
        spaceId,
        changes);

    public IEnumerable<GalleryItem> ItemsWithoutVector(long spaceId) => AreAllEmbedded(spaceId) ? [] : Stream(
        $"SELECT {ItemColumns} FROM items i WHERE i.missing = 0 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.id = ? + (i.id << 8)) ORDER BY i.id",
        ReadItem,
        VectorKey.First(spaceId));

    /// <summary>By the counts, without a look at the vectors.</summary>
    private bool AreAllEmbedded(long spaceId) => Read(session => session.Number(
        "SELECT s.pictures = c.value FROM spaces s, counters c WHERE s.id = ? AND c.name = 'items'", spaceId) == 1);

    public void AddVectors(long spaceId, IReadOnlyList<ItemVectors> vectors) => Write(session =>
    {
        // An index file of the space may exist already, from a run in which these pictures could not be read.
        var change = NextChange(session);
        return Counted(session, [.. vectors.Select(of => of.ItemId)], () =>
        {
            foreach (var (itemId, parts) in vectors)
            {
                if (session.Number("SELECT 1 FROM items WHERE id = ?", itemId) is not null)
                    WriteVectors(session, spaceId, itemId, parts, change);
            }
            return [];
        });
    });

    /// <param name="change">Null for those that come with a change of their item.</param>
    private static void WriteVectors(SqliteSession session, long spaceId, long itemId, IReadOnlyList<byte[]> parts, long? change)
    {
        session.Execute("DELETE FROM vectors WHERE id BETWEEN ? AND ?", VectorKey.First(spaceId, itemId), VectorKey.Last(spaceId, itemId));
        for (var part = 0; part < parts.Count; part++)
            session.Execute("INSERT INTO vectors VALUES (?, ?, ?, ?, ?, ?, ?)", VectorKey.Of(spaceId, itemId, part), spaceId, itemId, part, change, (long)Checksum.Crc32C(parts[part]), parts[part]);
    }

    private static void DeleteVectors(SqliteSession session, long itemId)
    {
        foreach (var space in SpaceIds(session))
            session.Execute("DELETE FROM vectors WHERE id BETWEEN ? AND ?", VectorKey.First(space, itemId), VectorKey.Last(space, itemId));
    }

    /// <summary>Makes a change of some items and brings the counts of the spaces and of the present items along.</summary>
    /// <param name="change">Gives the ids of items that it has made.</param>
    private static int Counted(SqliteSession session, IReadOnlyList<long> itemIds, Func<IReadOnlyList<long>> change)
    {
        var spaces = SpaceIds(session);
        var before = Present(session, itemIds, spaces);
        var after = Present(session, [.. itemIds.Union(change())], spaces);
        session.Execute("UPDATE counters SET value = value + ? WHERE name = 'items'", after.Items - before.Items);
        foreach (var (i, space) in spaces.Index())
            session.Execute("UPDATE spaces SET vectors = vectors + ?, pictures = pictures + ? WHERE id = ?", after.Vectors[i] - before.Vectors[i], after.Pictures[i] - before.Pictures[i], space);
        return 0;
    }

    private static (long Items, long[] Vectors, long[] Pictures) Present(SqliteSession session, IReadOnlyList<long> itemIds, List<long> spaces)
    {
        var items = 0L;
        var (vectors, pictures) = (new long[spaces.Count], new long[spaces.Count]);
        foreach (var item in itemIds)
        {
            if (session.Number("SELECT missing FROM items WHERE id = ?", item) != 0)
                continue;
            items++;
            foreach (var (i, space) in spaces.Index())
            {
                var parts = session.Number("SELECT count(*) FROM vectors WHERE id BETWEEN ? AND ?", VectorKey.First(space, item), VectorKey.Last(space, item))!.Value;
                vectors[i] += parts;
                pictures[i] += parts > 0 ? 1 : 0;
            }
        }
        return (items, vectors, pictures);
    }

    private static List<long> SpaceIds(SqliteSession session) => session.Query("SELECT id FROM spaces ORDER BY id", r => r.Long(0));

    private static void CheckVectors(SqliteSession session, List<string> problems)
    {
        using (var rows = session.Open("SELECT v.item, v.vector, v.crc, s.dimension, s.kind, v.id, v.space, v.part, i.id FROM vectors v LEFT JOIN spaces s ON s.id = v.space LEFT JOIN items i ON i.id = v.item"))
        {
            while (rows.Read())
            {
                var item = rows.Long(0);
                var bytes = rows.Bytes(1);
                if (rows.IsNull(3) || rows.IsNull(8) || rows.Long(5) != VectorKey.Of(rows.Long(6), item, rows.Int(7)))
                    problems.Add($"a vector of picture {item} belongs to no picture or no space");
                else if (SpaceNames.TryParse(rows.Text(4)!, out SpaceKind kind) && VectorForm.BytesOf(kind, rows.Int(3)) is var expected && bytes.Length != expected)
                    problems.Add($"vector of picture {item} has {bytes.Length} bytes where {expected} belong");
                else if (Checksum.Crc32C(bytes) != (uint)rows.Long(2))
                    problems.Add($"vector of picture {item} does not match its checksum");
            }
        }
        problems.AddRange(session.Query(
            "SELECT i.id FROM items i, spaces s WHERE s.active = 1 AND i.missing = 0 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.id = (s.id << 44) + (i.id << 8))",
            r => $"picture {r.Long(0)} has no vector in the active space"));
        problems.AddRange(session.Query(
            """
            SELECT s.name FROM spaces s LEFT JOIN (SELECT v.space AS owner, count(*) AS n, count(DISTINCT v.item) AS m FROM vectors v JOIN items i ON i.id = v.item WHERE i.missing = 0 GROUP BY v.space)
                ON owner = s.id WHERE s.vectors <> ifnull(n, 0) OR s.pictures <> ifnull(m, 0)
            """,
            r => $"the count of the vectors of space '{r.Text(0)}' is wrong"));
    }
}
