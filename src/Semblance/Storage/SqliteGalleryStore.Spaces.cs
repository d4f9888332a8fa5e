using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;

namespace Semblance.Storage;

/// <content>Vector spaces, their fitted projections and score scales.</content>
internal sealed partial class SqliteGalleryStore
{
    private const string SpaceColumns = "id, name, model, sha256, kind, modality, dimension, metric, post, post_dimension, post_shrink, projection_version, fitted_count, active";

    private static Space ReadSpace(SqliteDataReader r) => new(
        r.GetInt64(0),
        r.GetString(1),
        r.GetString(2),
        r.GetString(3),
        Enum.Parse<SpaceKind>(r.GetString(4), ignoreCase: true),
        Enum.Parse<Modality>(r.GetString(5), ignoreCase: true),
        r.GetInt32(6),
        r.GetString(7),
        new PostProcessing(r.GetString(8), r.GetInt32(9), r.GetFloat(10)),
        r.GetInt32(11),
        r.GetInt64(12),
        r.GetInt64(13) != 0);

    public IReadOnlyList<Space> Spaces => Read(c => Query(c, $"SELECT {SpaceColumns} FROM spaces ORDER BY id", ReadSpace));

    public Space? ActiveSpace => Read(c => Query(c, $"SELECT {SpaceColumns} FROM spaces WHERE active = 1", ReadSpace).SingleOrDefault());

    public Space AddSpace(Space space) => Write(c =>
    {
        using var command = Command(
            c,
            """
            INSERT INTO spaces (name, model, sha256, kind, modality, dimension, metric, post, post_dimension, post_shrink, active)
            VALUES ($name, $model, $sha256, $kind, $modality, $dimension, $metric, $post, $postDimension, $postShrink, $active) RETURNING id
            """,
            ("$name", space.Name),
            ("$model", space.Model),
            ("$sha256", space.Sha256),
            ("$kind", space.Kind.ToString().ToLowerInvariant()),
            ("$modality", space.Modality.ToString().ToLowerInvariant()),
            ("$dimension", space.Dimension),
            ("$metric", space.Metric),
            ("$post", space.PostProcessing.Kind),
            ("$postDimension", space.PostProcessing.Dimension),
            ("$postShrink", space.PostProcessing.Shrink),
            ("$active", space.Active ? 1 : 0));
        return space with { Id = (long)command.ExecuteScalar()! };
    });

    public void ActivateSpace(long spaceId) => Write(c => Execute(c, "UPDATE spaces SET active = (id = $id)", ("$id", spaceId)));

    public void RemoveSpace(long spaceId) => Write(c => Execute(c, "DELETE FROM spaces WHERE id = $id AND active = 0", ("$id", spaceId)));

    public Space SaveProjection(long spaceId, byte[] projection, long fittedCount) => Write(c =>
    {
        Execute(
            c,
            "UPDATE spaces SET projection = $projection, projection_version = projection_version + 1, fitted_count = $count, scale = NULL WHERE id = $id",
            ("$projection", projection),
            ("$count", fittedCount),
            ("$id", spaceId));
        return Query(c, $"SELECT {SpaceColumns} FROM spaces WHERE id = $id", ReadSpace, ("$id", spaceId)).Single();
    });

    public byte[]? LoadProjection(long spaceId) => Read(c => Command(c, "SELECT projection FROM spaces WHERE id = $id", ("$id", spaceId)).ExecuteScalar() as byte[]);

    public void SaveScoreScale(long spaceId, ScoreScale scale) => Write(c =>
        Execute(c, "UPDATE spaces SET scale = $scale WHERE id = $id", ("$scale", JsonSerializer.Serialize(scale, ScaleJson.Default.ScoreScale)), ("$id", spaceId)));

    public ScoreScale? LoadScoreScale(long spaceId) => Read(c =>
        Command(c, "SELECT scale FROM spaces WHERE id = $id", ("$id", spaceId)).ExecuteScalar() is string json ? JsonSerializer.Deserialize(json, ScaleJson.Default.ScoreScale) : null);

    [JsonSerializable(typeof(ScoreScale))]
    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    private sealed partial class ScaleJson : JsonSerializerContext;
}
