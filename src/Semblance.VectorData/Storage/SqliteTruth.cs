using System.Data;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.VectorData;
using Semblance.VectorData.Records;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData.Storage;

/// <summary>
/// A truth in one SQLite file in WAL mode: readers never wait for the writer, and a killed process loses at most the transaction in
/// flight. Every method opens a pooled connection.
/// </summary>
internal sealed class SqliteTruth : IRecordTruth
{
    private const string FileName = "vectors.db";

    /// <summary>"SMBV" as SQLite's application id, so that a foreign database is never taken for a store.</summary>
    private const int ApplicationId = 0x534D4256;

    private const int Version = 1;

    /// <summary>A statement's text has a limit.</summary>
    private const int IdsInStatement = 10_000;

    private const string Tables =
        """
        CREATE TABLE collections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            signature TEXT NOT NULL,
            last_id INTEGER NOT NULL,
            changes INTEGER NOT NULL);
        CREATE TABLE records (
            collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
            id INTEGER NOT NULL,
            key NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (collection, id)) WITHOUT ROWID;
        CREATE UNIQUE INDEX records_key ON records (collection, key);
        CREATE TABLE vectors (
            collection INTEGER NOT NULL,
            record INTEGER NOT NULL,
            property TEXT NOT NULL,
            vector BLOB NOT NULL,
            PRIMARY KEY (collection, record, property),
            FOREIGN KEY (collection, record) REFERENCES records (collection, id) ON DELETE CASCADE) WITHOUT ROWID;
        """;

    private readonly string _connectionString;

    private SqliteTruth(string folder)
    {
        Location = Path.Combine(folder, FileName);
        IndexFolder = Path.Combine(folder, "indexes");
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Location, ForeignKeys = true, DefaultTimeout = 30 }.ToString();
    }

    public string Location { get; }

    public string? IndexFolder { get; }

    /// <summary>Opens the store in a folder, or makes an empty one there.</summary>
    /// <exception cref="VectorStoreException">The folder cannot be used, or the file in it is newer, foreign or damaged.</exception>
    public static SqliteTruth Open(string folder)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "indexes"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VectorStoreException($"The store's folder '{folder}' cannot be made: {e.Message}", e);
        }
        var truth = new SqliteTruth(folder);
        try
        {
            truth.Write(connection =>
            {
                truth.CheckVersion(connection);
                return 0;
            });
            truth.Read(connection => Execute(connection, "PRAGMA journal_mode = WAL"));
            truth.DeleteAbandonedIndexes();
            return truth;
        }
        catch
        {
            truth.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Names() => Read(c => Query(c, "SELECT name FROM collections ORDER BY name", r => r.GetString(0)));

    public CollectionEntry? Find(string name) => Read(c => Find(c, name));

    public CollectionEntry Ensure(string name, string signature) => Find(name) ?? Write(c =>
    {
        Execute(c, "INSERT OR IGNORE INTO collections (name, signature, last_id, changes) VALUES ($name, $signature, 0, 0)", ("$name", name), ("$signature", signature));
        return Find(c, name)!;
    });

    public void Delete(string name)
    {
        if (Find(name) is not { } entry)
            return;
        Write(c => Execute(c, "DELETE FROM collections WHERE id = $id", ("$id", entry.Id)));
        DeleteAbandonedIndexes();
    }

    public RowSet? Load(CollectionEntry entry, CollectionSchema schema, long afterId) => Read(c =>
    {
        using var transaction = c.BeginTransaction(deferred: true);
        if (Find(c, entry.Name) is not { } now || now.Id != entry.Id)
            return null;
        var ids = Query(c, "SELECT id FROM records WHERE collection = $collection", r => r.GetInt64(0), ("$collection", entry.Id)).ToHashSet();
        var rows = Query(
            c,
            "SELECT id, key, data FROM records WHERE collection = $collection AND id > $after ORDER BY id",
            r => new Row(r.GetInt64(0), KeyOf(r.GetValue(1), schema.KeyType), DataOf(r, schema, entry.Name)),
            ("$collection", entry.Id),
            ("$after", afterId));
        return new RowSet(now, ids, rows);
    });

    public WriteResult? Write(CollectionEntry entry, CollectionSchema schema, IReadOnlyList<NewRecord> records, IReadOnlyList<object> removedKeys) => Write(c =>
    {
        if (Find(c, entry.Name) is not { } before || before.Id != entry.Id)
            return null;
        using var remove = Command(c, "DELETE FROM records WHERE collection = $collection AND key = $key", ("$collection", entry.Id), ("$key", null));
        using var insert = Command(c, "INSERT INTO records VALUES ($collection, $id, $key, $data)", ("$collection", entry.Id), ("$id", null), ("$key", null), ("$data", null));
        using var insertVector = Command(c, "INSERT INTO vectors VALUES ($collection, $record, $property, $vector)", ("$collection", entry.Id), ("$property", null), ("$record", null), ("$vector", null));
        foreach (var key in removedKeys)
            Run(remove, ("$key", Stored(key)));
        var id = before.LastId;
        foreach (var record in records)
        {
            Run(remove, ("$key", Stored(record.Key)));
            Run(insert, ("$id", ++id), ("$key", Stored(record.Key)), ("$data", RowText.Write(schema, record.Data)));
            for (var column = 0; column < record.Vectors.Length; column++)
            {
                if (record.Vectors[column] is { } vector)
                    Run(insertVector, ("$property", schema.Vectors[column].Name), ("$record", id), ("$vector", MemoryMarshal.AsBytes(vector.AsSpan()).ToArray()));
            }
        }
        var after = before with { LastId = id, Changes = before.Changes + 1, Signature = schema.Signature(before.Signature) };
        Execute(c, "UPDATE collections SET last_id = $last, changes = $changes, signature = $signature WHERE id = $id", ("$last", after.LastId), ("$changes", after.Changes), ("$signature", after.Signature), ("$id", entry.Id));
        return new WriteResult(before, after, before.LastId + 1);
    });

    public IEnumerable<(long Id, float[] Vector)> Vectors(CollectionEntry entry, string column, long afterId)
    {
        using var connection = Guard(Connect);
        using var command = Command(
            connection,
            "SELECT record, vector FROM vectors WHERE collection = $collection AND property = $property AND record > $after ORDER BY record",
            ("$collection", entry.Id),
            ("$property", column),
            ("$after", afterId));
        using var reader = Guard(command.ExecuteReader);
        while (Guard(reader.Read))
            yield return (reader.GetInt64(0), VectorOf(reader.GetFieldValue<byte[]>(1)));
    }

    public long CountVectors(CollectionEntry entry, string column, long upToId) => Read(c => Query(
        c,
        "SELECT count(*) FROM vectors WHERE collection = $collection AND property = $property AND record <= $last",
        r => r.GetInt64(0),
        ("$collection", entry.Id),
        ("$property", column),
        ("$last", upToId)).Single());

    public IReadOnlyDictionary<long, float[]?[]> VectorsOf(CollectionEntry entry, CollectionSchema schema, IReadOnlyCollection<long> ids) => Read(c =>
    {
        using var transaction = c.BeginTransaction(deferred: true);
        var columns = schema.Vectors.Select((column, i) => (column.Name, i)).ToDictionary(column => column.Name, column => column.i, StringComparer.Ordinal);
        var found = new Dictionary<long, float[]?[]>();
        foreach (var some in ids.Chunk(IdsInStatement))
        {
            var list = string.Join(',', some.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            foreach (var id in Query(c, $"SELECT id FROM records WHERE collection = $collection AND id IN ({list})", r => r.GetInt64(0), ("$collection", entry.Id)))
                found[id] = new float[]?[schema.Vectors.Count];
            foreach (var (id, name, vector) in Query(
                c,
                $"SELECT record, property, vector FROM vectors WHERE collection = $collection AND record IN ({list})",
                r => (r.GetInt64(0), r.GetString(1), VectorOf(r.GetFieldValue<byte[]>(2))),
                ("$collection", entry.Id)))
            {
                if (columns.TryGetValue(name, out var column))
                    found[id][column] = vector;
            }
        }
        return (IReadOnlyDictionary<long, float[]?[]>)found;
    });

    public void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private static CollectionEntry? Find(SqliteConnection connection, string name) => Query(
        connection,
        "SELECT id, name, signature, last_id, changes FROM collections WHERE name = $name",
        r => new CollectionEntry(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4)),
        ("$name", name)).FirstOrDefault();

    private void CheckVersion(SqliteConnection connection)
    {
        var version = Query(connection, "PRAGMA user_version", r => r.GetInt64(0)).Single();
        if (version > Version)
            throw new VectorStoreException($"'{Location}' was written by a newer Semblance (version {version}, this one knows {Version}); update Semblance to open it. Nothing was changed.");
        var application = Query(connection, "PRAGMA application_id", r => r.GetInt64(0)).Single();
        if (version == 0 && application == 0 && Query(connection, "SELECT count(*) FROM sqlite_master", r => r.GetInt64(0)).Single() == 0)
            Execute(connection, $"{Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version};");
        else if (application != ApplicationId)
            throw new VectorStoreException($"'{Location}' is a SQLite database of another program; name another folder. Nothing was changed.");
    }

    /// <summary>Index files are named by their collection, which may be gone since.</summary>
    private void DeleteAbandonedIndexes()
    {
        var live = Read(c => Query(c, "SELECT id FROM collections", r => r.GetInt64(0))).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(IndexFolder!, "*" + IndexFiles.Suffix))
        {
            if (IndexFiles.CollectionOf(file) is { } id && !live.Contains(id))
                IndexFiles.Delete(file);
        }
    }

    private static object Stored(object key) => key is Guid guid ? guid.ToString() : key;

    private static object KeyOf(object stored, Type type) =>
        type == typeof(Guid) ? Guid.Parse((string)stored)
        : type == typeof(int) ? checked((int)(long)stored)
        : stored;

    private static object?[] DataOf(SqliteDataReader reader, CollectionSchema schema, string collection)
    {
        try
        {
            return RowText.Read(schema, reader.GetFieldValue<byte[]>(2));
        }
        catch (JsonException e)
        {
            throw new VectorStoreException($"The record '{reader.GetValue(1)}' of the collection '{collection}' does not fit the definition: {e.Message}. Use the definition it was written with.", e);
        }
    }

    private static float[] VectorOf(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            // In WAL mode NORMAL cannot corrupt; only a power cut may lose the last commit.
            Execute(connection, "PRAGMA synchronous = NORMAL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw new VectorStoreException($"'{Location}' could not be read or written: {e.Message}", e);
        }
    }

    private T Read<T>(Func<SqliteConnection, T> work) => Guard(() =>
    {
        using var connection = Connect();
        return work(connection);
    });

    private T Write<T>(Func<SqliteConnection, T> work) => Read(connection =>
    {
        using var transaction = connection.BeginTransaction(IsolationLevel.Serializable);
        var result = work(connection);
        transaction.Commit();
        return result;
    });

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        foreach (var (name, value) in parameters)
            command.Parameters[name].Value = value;
        command.ExecuteNonQuery();
    }

    private static int Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(row(reader));
        return rows;
    }
}
