using System.Globalization;
using Microsoft.Data.Sqlite;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Spaces;
using Semblance.Storage.Sqlite;

namespace Semblance.Benchmarks.Galleries;

/// <summary>
/// A gallery of made-up rows as the first builds left them (schema 3), which every build opens: clustered vectors, and facts that filters ask for:
/// one picture in ten has five stars, one in a thousand was taken with a rare camera, one in fifty has a tag.
/// </summary>
internal static class MadeGallery
{
    public const string TenPercent = "rating:5";
    public const string OneInAThousand = "camera:rare";
    public const string Space = "made";

    private const int Schema3 = 3;
    private const int Latent = 32;
    private const int RowsPerCluster = 25;

    /// <param name="dimension">0 makes pictures without vectors.</param>
    public static void Write(string folder, int pictures, int dimension, int seed = 1)
    {
        Directory.CreateDirectory(folder);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "gallery.db")};Pooling=False");
        connection.Open();
        foreach (var step in Schema.Steps.Take(Schema3))
            Execute(connection, step);
        Execute(connection, $"PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = {Schema3}; PRAGMA synchronous = OFF; UPDATE counters SET value = 1 WHERE name = 'changes'");
        Execute(connection, $"INSERT INTO spaces VALUES (1, '{Space}', 'tiny', '{new string('0', 64)}', 'float', 'picture', {Math.Max(1, dimension)}, 'cosine', 'none', 0, 0, NULL, 0, 0, NULL, 1)");
        using var transaction = connection.BeginTransaction();
        using var item = Prepare(connection, "INSERT INTO items (id, path, size, modified, hash, format, width, height, orientation, taken, camera, phash, dhash, changed, facts, rating) VALUES ($id, $path, $size, $modified, $hash, 'jpeg', $width, 3000, 1, $taken, $camera, $phash, $dhash, 1, 99, $rating)");
        using var vector = Prepare(connection, "INSERT INTO vectors VALUES (1, $item, $vector, $crc)");
        using var tag = Prepare(connection, "INSERT INTO tags VALUES ($item, $tag)");
        var random = new SeededRandom(seed);
        var rows = dimension > 0 ? new ClusteredRows(dimension, Latent, Math.Max(1, pictures / RowsPerCluster), seed) : null;
        for (var id = 1; id <= pictures; id++)
        {
            var stamp = new DateTime(2015, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(random.NextInt(5_000_000)).Ticks;
            Run(item, id, $"/photos/archive/{2015 + (id % 10)}/{id % 97:00}/IMG_{id:000000}.jpg", 1_000_000 + random.NextInt(4_000_000), stamp, id.ToString("x64", CultureInfo.InvariantCulture), 3000 + random.NextInt(1000), stamp, random.NextInt(1000) == 0 ? "Rare 1" : "Canon EOS 5D", (long)random.NextUInt64(), (long)random.NextUInt64(), random.NextInt(10) == 0 ? 5 : null);
            var cluster = random.NextInt(Math.Max(1, pictures / RowsPerCluster));
            if (rows is not null)
            {
                var bytes = VectorForm.Encode(SpaceKind.Float, rows.Next(cluster, random));
                Run(vector, id, bytes, (long)Semblance.Storage.Checksum.Crc32C(bytes));
            }
            if (random.NextInt(50) == 0)
                Run(tag, id, $"kind {cluster % 40}");
        }
        transaction.Commit();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in sql.Split(' ', ',', '(', ')').Where(word => word.StartsWith('$')))
            command.Parameters.AddWithValue(name, DBNull.Value);
        return command;
    }

    private static void Run(SqliteCommand command, params object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Rows near centres in a space of few directions, as deep features are.</summary>
    private sealed class ClusteredRows
    {
        private readonly Matrix _directions;
        private readonly Matrix _centres;

        public ClusteredRows(int dimension, int latent, int clusters, int seed)
        {
            var random = new SeededRandom(seed + 1);
            _directions = Gaussian(random, latent, dimension);
            _centres = Gaussian(random, clusters, latent);
        }

        public float[] Next(int cluster, SeededRandom random)
        {
            var vector = new float[_directions.Columns];
            foreach (ref var x in vector.AsSpan())
                x = 0.3f * (float)random.NextGaussian();
            for (var i = 0; i < _directions.Rows; i++)
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_directions.Row(i), _centres.Row(cluster)[i] + (0.35f * (float)random.NextGaussian()), vector, vector);
            VectorMath.NormalizeL2(vector);
            return vector;
        }

        private static Matrix Gaussian(SeededRandom random, int rows, int columns)
        {
            var matrix = new Matrix(rows, columns);
            for (var row = 0; row < rows; row++)
            {
                foreach (ref var x in matrix.Row(row))
                    x = (float)random.NextGaussian();
            }
            return matrix;
        }
    }
}
