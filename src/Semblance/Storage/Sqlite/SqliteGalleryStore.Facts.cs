using Semblance.Imaging;

namespace Semblance.Storage.Sqlite;

/// <content>What pictures' files and the files beside them say; no index is derived from it, so it has no part in the change counter.</content>
internal sealed partial class SqliteGalleryStore
{
    private const string PhotoColumns = "i.taken, i.taken_offset, i.camera, i.lens, i.iso, i.exposure, i.aperture, i.focal_length, i.latitude, i.longitude, i.altitude, i.rating, i.description";

    /// <param name="at">Column of the first of <see cref="PhotoColumns"/>.</param>
    private static PhotoFacts ReadPhoto(SqliteStatement r, int at) => new()
    {
        Taken = r.IsNull(at) ? null : new DateTime(r.Long(at), DateTimeKind.Unspecified),
        TakenOffset = r.IsNull(at + 1) ? null : TimeSpan.FromMinutes(r.Long(at + 1)),
        Camera = r.Text(at + 2),
        Lens = r.Text(at + 3),
        Iso = r.IsNull(at + 4) ? null : r.Int(at + 4),
        ExposureTime = Number(r, at + 5),
        Aperture = Number(r, at + 6),
        FocalLength = Number(r, at + 7),
        Location = GeoPoint.At(Number(r, at + 8), Number(r, at + 9), Number(r, at + 10)),
        Rating = r.IsNull(at + 11) ? null : r.Int(at + 11),
        Description = r.Text(at + 12),
    };

    private static double? Number(SqliteStatement r, int column) => r.IsNull(column) ? null : r.Double(column);

    public IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> AllSidecars() => Read(session => session.Query(
        "SELECT s.item, s.path, s.size, s.modified FROM sidecars s JOIN items i ON i.id = s.item WHERE i.missing = 0 ORDER BY s.item, s.path",
        r => (Item: r.Long(0), Sidecar: new Sidecar(r.Text(1)!, r.Long(2), new DateTime(r.Long(3), DateTimeKind.Utc)))))
        .GroupBy(row => row.Item)
        .ToDictionary(group => group.Key, group => (IReadOnlyList<Sidecar>)[.. group.Select(row => row.Sidecar)]);

    public long CountOutdatedFacts() => Read(session => session.Number("SELECT count(*) FROM items WHERE missing = 0 AND facts < ?", PhotoFacts.ReaderVersion)!.Value);

    public void SaveFacts(IReadOnlyList<ItemFacts> facts) => Write(session =>
    {
        WriteFacts(session, facts);
        return 0;
    });

    private static void WriteFacts(SqliteSession session, IReadOnlyList<ItemFacts> all)
    {
        foreach (var (itemId, photo, sidecars) in all)
        {
            session.Execute(
                """
                UPDATE items SET facts = ?, taken = ?, taken_offset = ?, camera = ?, lens = ?, iso = ?, exposure = ?, aperture = ?,
                    focal_length = ?, latitude = ?, longitude = ?, altitude = ?, rating = ?, description = ?
                WHERE id = ?
                """,
                PhotoFacts.ReaderVersion,
                photo.Taken?.Ticks,
                (long?)photo.TakenOffset?.TotalMinutes,
                photo.Camera,
                photo.Lens,
                photo.Iso,
                photo.ExposureTime,
                photo.Aperture,
                photo.FocalLength,
                photo.Location?.Latitude,
                photo.Location?.Longitude,
                photo.Location?.Altitude,
                photo.Rating,
                photo.Description,
                itemId);
            session.Execute("DELETE FROM sidecars WHERE item = ?", itemId);
            foreach (var sidecar in sidecars)
                session.Execute("INSERT INTO sidecars VALUES (?, ?, ?, ?)", itemId, sidecar.Path, sidecar.Size, sidecar.Modified.Ticks);
        }
    }
}
