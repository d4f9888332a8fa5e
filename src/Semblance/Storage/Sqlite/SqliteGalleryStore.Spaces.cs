using System.Text.Json;
using System.Text.Json.Serialization;
using Semblance.Features;
using Semblance.Index;
using Semblance.Networks;

namespace Semblance.Storage.Sqlite;

/// <content>Vector spaces, their fitted projections and score scales; settings.</content>
internal sealed partial class SqliteGalleryStore
{
    private const string SpaceColumns = "id, name, model, sha256, kind, modality, dimension, metric, post, post_dimension, post_shrink, projection_version, fitted_count, active, views, parts, base, head, takes_pictures";

    private Space ReadSpace(SqliteStatement r)
    {
        var (name, views) = (r.Text(1)!, r.Text(14)!);
        // Its files lie in a folder of this name, which is deleted with all that is in it: a file from a stranger must not lead elsewhere.
        if (name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
            throw new GalleryException(GalleryError.Damaged, $"A space of '{Location}' is called '{name}', which is no name of a space; restore a snapshot, or index again into another folder.", null, ("file", Location));
        if (!SpaceNames.TryParse(r.Text(4)!, out SpaceKind kind) || !SpaceNames.TryParse(r.Text(5)!, out Modality modality)
            || !MetricNames.TryParse(r.Text(7)!, out var metric) || !PostProcessingNames.TryParse(r.Text(8)!, out var post)
            || PictureViews.Find(views) is not { } known || known.Count != r.Int(15) || (r.Text(17) is { } named && VectorHeads.Find(named) is null))
            throw new GalleryRefusedException(GalleryError.Newer, $"The space '{name}' of '{Location}' is of a kind that this version of Semblance does not know; update Semblance to open it. Nothing was changed.", ("file", Location));
        return new Space(
            r.Long(0), name, r.Text(2)!, r.Text(3)!, kind, modality, r.Int(6), metric, new PostProcessing(post, r.Int(9), (float)r.Double(10)), r.Int(11), r.Long(12), r.Long(13) != 0)
        {
            Views = known,
            Base = r.Text(17) is { } head ? new SpaceBase(r.Long(16), head) : null,
            TakesPictures = r.Long(18) != 0,
        };
    }

    public GalleryState LoadState() => Snapshot(session => new GalleryState(
        VersionOf(session),
        session.Query($"SELECT {SpaceColumns} FROM spaces ORDER BY id", ReadSpace),
        session.Query("SELECT id, scale FROM spaces WHERE scale IS NOT NULL", r => (Id: r.Long(0), Scale: JsonSerializer.Deserialize(r.Text(1)!, ScaleJson.Default.ScoreScale)!)).ToDictionary(row => row.Id, row => row.Scale),
        session.Query("SELECT name, value FROM settings", r => (Name: r.Text(0)!, Value: r.Text(1)!)).ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal)));

    public Space AddSpace(Space space, byte[]? projection = null) => Write(session => Insert(session, space, projection));

    public Space ReplaceSpace(long spaceId, Space space, byte[] projection) => Write(session =>
    {
        session.Execute("DELETE FROM spaces WHERE id = ? AND head IS NOT NULL", spaceId);
        return Insert(session, space, projection);
    });

    private static Space Insert(SqliteSession session, Space space, byte[]? projection) => space with
    {
        Id = session.Number(
            """
            INSERT INTO spaces (name, model, sha256, kind, modality, dimension, metric, post, post_dimension, post_shrink, active, views, parts, base, head, takes_pictures, projection, projection_version, fitted_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            space.Name,
            space.Model,
            space.Sha256,
            space.Kind.Name(),
            space.Modality.Name(),
            space.Dimension,
            space.Metric.Name(),
            space.PostProcessing.Kind.Name(),
            space.PostProcessing.Dimension,
            (double)space.PostProcessing.Shrink,
            space.Active ? 1 : 0,
            space.Views.Name,
            space.Views.Count,
            space.Base?.SpaceId,
            space.Base?.Head,
            space.TakesPictures ? 1 : 0,
            projection,
            space.ProjectionVersion,
            space.FittedCount)!.Value,
    };

    public void ActivateSpace(long spaceId) => Write(session => session.Execute("UPDATE spaces SET active = (id = ?)", spaceId));

    public void SetTakesPictures(long spaceId, bool takes) => Write(session => session.Execute("UPDATE spaces SET takes_pictures = ? WHERE id = ?", takes ? 1 : 0, spaceId));

    public void RemoveSpace(long spaceId) => Write(session =>
    {
        if (session.Execute("DELETE FROM spaces WHERE id = ? AND (active = 0 OR vectors = 0) AND NOT EXISTS (SELECT 1 FROM spaces other WHERE other.base = spaces.id)", spaceId) > 0)
            session.Execute("DELETE FROM vectors WHERE id BETWEEN ? AND ?", VectorKey.First(spaceId), VectorKey.Last(spaceId));
        return 0;
    });

    public Space SaveProjection(long spaceId, byte[] projection, long fittedCount) => Write(session =>
    {
        session.Execute("UPDATE spaces SET projection = ?, projection_version = projection_version + 1, fitted_count = ?, scale = NULL WHERE id = ?", projection, fittedCount, spaceId);
        return session.Query($"SELECT {SpaceColumns} FROM spaces WHERE id = ?", ReadSpace, spaceId).Single();
    });

    public (int Version, byte[]? Bytes) LoadProjection(long spaceId) => Read(session => session.Query(
        "SELECT projection_version, projection FROM spaces WHERE id = ?", r => (r.Int(0), r.IsNull(1) ? null : r.Bytes(1).ToArray()), spaceId).SingleOrDefault());

    public void SaveScoreScale(long spaceId, ScoreScale scale) => Write(session =>
        session.Execute("UPDATE spaces SET scale = ? WHERE id = ?", JsonSerializer.Serialize(scale, ScaleJson.Default.ScoreScale), spaceId));

    public void SaveSetting(string name, string value) => Write(session => session.Execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value));

    [JsonSerializable(typeof(ScoreScale))]
    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    private sealed partial class ScaleJson : JsonSerializerContext;
}
