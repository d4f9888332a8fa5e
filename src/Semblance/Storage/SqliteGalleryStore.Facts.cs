using Microsoft.Data.Sqlite;
using Semblance.Imaging;

namespace Semblance.Storage;

/// <content>What pictures' files and the files beside them say; no index is derived from it, so it has no part in the change counter.</content>
internal sealed partial class SqliteGalleryStore
{
    private const string PhotoColumns = "i.taken, i.taken_offset, i.camera, i.lens, i.iso, i.exposure, i.aperture, i.focal_length, i.latitude, i.longitude, i.altitude, i.rating, i.description";

    /// <param name="at">Column of the first of <see cref="PhotoColumns"/>.</param>
    private static PhotoFacts ReadPhoto(SqliteDataReader r, int at) => new()
    {
        Taken = r.IsDBNull(at) ? null : new DateTime(r.GetInt64(at), DateTimeKind.Unspecified),
        TakenOffset = r.IsDBNull(at + 1) ? null : TimeSpan.FromMinutes(r.GetInt64(at + 1)),
        Camera = r.IsDBNull(at + 2) ? null : r.GetString(at + 2),
        Lens = r.IsDBNull(at + 3) ? null : r.GetString(at + 3),
        Iso = r.IsDBNull(at + 4) ? null : r.GetInt32(at + 4),
        ExposureTime = Number(r, at + 5),
        Aperture = Number(r, at + 6),
        FocalLength = Number(r, at + 7),
        Location = GeoPoint.At(Number(r, at + 8), Number(r, at + 9), Number(r, at + 10)),
        Rating = r.IsDBNull(at + 11) ? null : r.GetInt32(at + 11),
        Description = r.IsDBNull(at + 12) ? null : r.GetString(at + 12),
    };

    private static double? Number(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetDouble(column);

    public IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> AllSidecars() => Read(c => Query(
        c,
        "SELECT s.item, s.path, s.size, s.modified FROM sidecars s JOIN items i ON i.id = s.item WHERE i.missing = 0 ORDER BY s.item, s.path",
        r => (Item: r.GetInt64(0), Sidecar: new Sidecar(r.GetString(1), r.GetInt64(2), new DateTime(r.GetInt64(3), DateTimeKind.Utc)))))
        .GroupBy(row => row.Item)
        .ToDictionary(group => group.Key, group => (IReadOnlyList<Sidecar>)[.. group.Select(row => row.Sidecar)]);

    public long CountOutdatedFacts() => Read(c => (long)Command(c, "SELECT count(*) FROM items WHERE missing = 0 AND facts < $version", ("$version", PhotoFacts.ReaderVersion)).ExecuteScalar()!);

    public void SaveFacts(IReadOnlyList<ItemFacts> facts) => Write(c =>
    {
        WriteFacts(c, facts);
        return 0;
    });

    private static void WriteFacts(SqliteConnection c, IReadOnlyList<ItemFacts> all)
    {
        foreach (var (itemId, photo, sidecars) in all)
        {
            Execute(
                c,
                """
                UPDATE items SET facts = $facts, taken = $taken, taken_offset = $offset, camera = $camera, lens = $lens, iso = $iso, exposure = $exposure, aperture = $aperture,
                    focal_length = $focal, latitude = $latitude, longitude = $longitude, altitude = $altitude, rating = $rating, description = $description
                WHERE id = $id
                """,
                ("$facts", PhotoFacts.ReaderVersion),
                ("$taken", photo.Taken?.Ticks),
                ("$offset", (long?)photo.TakenOffset?.TotalMinutes),
                ("$camera", photo.Camera),
                ("$lens", photo.Lens),
                ("$iso", photo.Iso),
                ("$exposure", photo.ExposureTime),
                ("$aperture", photo.Aperture),
                ("$focal", photo.FocalLength),
                ("$latitude", photo.Location?.Latitude),
                ("$longitude", photo.Location?.Longitude),
                ("$altitude", photo.Location?.Altitude),
                ("$rating", photo.Rating),
                ("$description", photo.Description),
                ("$id", itemId));
            Execute(c, "DELETE FROM sidecars WHERE item = $id", ("$id", itemId));
            foreach (var sidecar in sidecars)
                Execute(c, "INSERT INTO sidecars VALUES ($id, $path, $size, $modified)", ("$id", itemId), ("$path", sidecar.Path), ("$size", sidecar.Size), ("$modified", sidecar.Modified.Ticks));
        }
    }
}
