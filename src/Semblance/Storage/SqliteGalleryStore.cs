using System.Data;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Semblance.Storage;

/// <summary>
/// The truth of an embedded gallery: one SQLite file in WAL mode, so that readers never wait for the writer and a killed
/// process loses at most the batch in flight. Every method opens a pooled connection; a write method is one immediate transaction.
/// </summary>
internal sealed partial class SqliteGalleryStore : IGalleryStore
{
    private const string FileName = "gallery.db";

    // SQLite's primary result codes (sqlite.org/rescode.html).
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnlyFile = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NoDatabase = 26;

    private readonly string _connectionString;
    private readonly string? _temporaryCopy;

    private SqliteGalleryStore(string file, string connectionString, bool readOnly, string? temporaryCopy)
    {
        Location = file;
        _connectionString = connectionString;
        IsReadOnly = readOnly;
        _temporaryCopy = temporaryCopy;
    }

    public string Location { get; }

    public bool IsReadOnly { get; }

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>
    /// Puts the content of the database of <paramref name="source"/> in the place of that in <paramref name="target"/>, in one
    /// transaction of the target where that is sound: killed at any moment it holds the old content or the new, and its readers
    /// go on undisturbed.
    /// </summary>
    public static void Replace(string source, string target)
    {
        if (Exists(target))
        {
            try
            {
                Overwrite(PathIn(source), PathIn(target));
                return;
            }
            catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NoDatabase)
            {
                // Nothing can be read from it, so nothing is lost when its files are replaced.
            }
            catch (SqliteException e)
            {
                throw Explain(e, PathIn(target));
            }
        }
        // A log of the old database must never be replayed onto the new one.
        File.Delete(PathIn(target) + "-wal");
        File.Delete(PathIn(target) + "-shm");
        File.Move(PathIn(source), PathIn(target), overwrite: true);
    }

    private static void Overwrite(string source, string target)
    {
        using var from = Connect(ConnectionString(source, SqliteOpenMode.ReadOnly));
        using var to = Connect(ConnectionString(target, SqliteOpenMode.ReadWrite));
        // The copy is one call that does not wait for other writers by itself.
        Run(to, "PRAGMA busy_timeout = 10000");
        from.BackupDatabase(to);
        SqliteConnection.ClearPool(from);
        SqliteConnection.ClearPool(to);
    }

    /// <summary>Opens or creates the file in <paramref name="folder"/>; falls back to read-only where the disk is, or is full.</summary>
    public static SqliteGalleryStore Open(string folder, bool readOnly)
    {
        var file = PathIn(folder);
        if (readOnly || (File.Exists(file) && !(WriteAccess.To(folder) && WriteAccess.To(file))))
            return OpenReadOnly(file);
        var connectionString = ConnectionString(file, SqliteOpenMode.ReadWriteCreate);
        try
        {
            using var connection = Connect(connectionString);
            Run(connection, "PRAGMA journal_mode = WAL");
            Schema.Migrate(connection, file);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is IoError or Full or CannotOpen)
        {
            // Even reading needs a little space for the index of the log; without it the gallery can still be read.
            return TryOpenReadOnly(file) ?? throw Explain(e, file);
        }
        catch (SqliteException e)
        {
            throw Explain(e, file);
        }
        return new(file, connectionString, readOnly: false, null);
    }

    private static SqliteGalleryStore? TryOpenReadOnly(string file)
    {
        try
        {
            return File.Exists(file) ? OpenReadOnly(file) : null;
        }
        catch (Exception e) when (e is GalleryException or IOException)
        {
            return null;
        }
    }

    private static SqliteGalleryStore OpenReadOnly(string file)
    {
        // SQLite cannot read a WAL file without writing its index beside it. On a disk that refuses writes, a log that is
        // empty or absent may be ignored (immutable); otherwise database and log are copied to where writing works.
        var attempts = new List<Func<(string Connection, string? Copy)>> { () => (ConnectionString(file, SqliteOpenMode.ReadOnly), null) };
        var log = new FileInfo(file + "-wal");
        if (log is { Exists: true, Length: > 0 })
            attempts.Add(() => Copied(file));
        else
            attempts.Add(() => (ConnectionString("file:" + Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal) + "?immutable=1", SqliteOpenMode.ReadOnly), null));
        SqliteException? last = null;
        foreach (var attempt in attempts)
        {
            try
            {
                var (connectionString, copy) = attempt();
                using var connection = Connect(connectionString);
                var version = Schema.CheckVersion(connection, file);
                if (version == 0)
                    throw new GalleryRefusedException($"'{file}' was never finished and lies on a disk that cannot be written; make a gallery on another disk with --gallery.");
                if (version < Schema.CurrentVersion)
                    throw new GalleryRefusedException($"'{file}' has an older schema and lies on a disk that cannot be written; copy the gallery to a writable disk and open it there once.");
                return new(file, connectionString, readOnly: true, copy);
            }
            catch (SqliteException e)
            {
                last = e;
            }
        }
        throw Explain(last!, file);
    }

    private static (string Connection, string Copy) Copied(string file)
    {
        var folder = Directory.CreateTempSubdirectory("semblance-").FullName;
        var copy = Path.Combine(folder, FileName);
        File.Copy(file, copy);
        File.Copy(file + "-wal", copy + "-wal");
        return (ConnectionString(copy, SqliteOpenMode.ReadWrite), folder);
    }

    private static string ConnectionString(string dataSource, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = dataSource,
        Mode = mode,
        ForeignKeys = true,
        DefaultTimeout = 30,
    }.ToString();

    private static SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            // In WAL mode NORMAL cannot corrupt; only a power cut may lose the last commit.
            Run(connection, "PRAGMA synchronous = NORMAL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static GalleryException Explain(SqliteException e, string file) => e.SqliteErrorCode switch
    {
        Busy or Locked => new GalleryRefusedException($"'{file}' is locked by another process; wait for it to finish and run this again. Nothing was changed."),
        ReadOnlyFile => new GalleryRefusedException($"'{file}' cannot be written (read-only file or disk). Nothing was changed."),
        IoError or Full => new GalleryStorageException($"The disk that holds '{file}' is full or failing ({e.Message}); free some space and run this again. What was committed before is safe.", e),
        Corrupt or NoDatabase => new GalleryException($"'{file}' is damaged or no gallery ({e.Message}); restore a snapshot, or index again into another folder.", e),
        CannotOpen => new GalleryException($"'{file}' cannot be opened ({e.Message}); check that the folder exists and that you may read and write it.", e),
        _ => new GalleryException($"'{file}': {e.Message}", e),
    };

    private SqliteConnection Connect() => Guard(() => Connect(_connectionString));

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw Explain(e, Location);
        }
    }

    private T Read<T>(Func<SqliteConnection, T> work) => Guard(() =>
    {
        using var connection = Connect(_connectionString);
        return work(connection);
    });

    private T Write<T>(Func<SqliteConnection, T> work)
    {
        if (IsReadOnly)
            throw new GalleryRefusedException($"'{Location}' was opened read-only (its disk or file cannot be written), so nothing can be changed in it.");
        return Read(connection =>
        {
            using var transaction = connection.BeginTransaction(IsolationLevel.Serializable);
            var result = work(connection);
            transaction.Commit();
            return result;
        });
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
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

    private IEnumerable<T> Stream<T>(string sql, Func<SqliteDataReader, T> row, params (string Name, object? Value)[] parameters)
    {
        using var connection = Connect();
        using var command = Command(connection, sql, parameters);
        using var reader = Guard(() => command.ExecuteReader());
        while (Guard(reader.Read))
            yield return row(reader);
    }

    private static string InList(IReadOnlyCollection<long> ids) => string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    public long ChangeCounter => Read(c => (long)Command(c, "SELECT value FROM counters WHERE name = 'changes'").ExecuteScalar()!);

    public string? Setting(string name) => Read(c => Command(c, "SELECT value FROM settings WHERE name = $name", ("$name", name)).ExecuteScalar() as string);

    public void SaveSetting(string name, string value) => Write(c => Execute(c, "INSERT OR REPLACE INTO settings VALUES ($name, $value)", ("$name", name), ("$value", value)));

    public IReadOnlyList<string> Roots => Read(c => Query(c, "SELECT path FROM roots ORDER BY path", r => r.GetString(0)));

    public void AddRoots(IReadOnlyList<string> roots) => Write(c =>
    {
        foreach (var root in roots)
            Execute(c, "INSERT OR IGNORE INTO roots VALUES ($path)", ("$path", root));
        return 0;
    });

    public IReadOnlyList<GalleryFailure> Failures => Read(c => Query(
        c,
        "SELECT path, reason, message, at FROM failures ORDER BY path",
        r => new GalleryFailure(r.GetString(0), r.GetString(1), r.GetString(2), new DateTime(r.GetInt64(3), DateTimeKind.Utc))));

    // What was unsupported is tried at every run: another build, or one set up anew, may read it.
    public IReadOnlyDictionary<string, (long Size, DateTime Modified)> FailureStamps() => Read(c => Query(
        c,
        "SELECT path, size, CASE reason WHEN 'unsupported' THEN 0 ELSE modified END FROM failures",
        r => (Path: r.GetString(0), Size: r.GetInt64(1), Modified: new DateTime(r.GetInt64(2), DateTimeKind.Utc)))
        .ToDictionary(f => f.Path, f => (f.Size, f.Modified), StringComparer.Ordinal));

    public IReadOnlyList<string> Tags(long itemId) => Read(c => Query(c, "SELECT tag FROM tags WHERE item = $item ORDER BY tag", r => r.GetString(0), ("$item", itemId)));

    public IReadOnlyDictionary<long, IReadOnlyList<string>> AllTags() => Read(c => Query(c, "SELECT item, tag FROM tags ORDER BY item, tag", r => (Item: r.GetInt64(0), Tag: r.GetString(1))))
        .GroupBy(row => row.Item)
        .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(row => row.Tag)]);

    public int AddTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags) => Write(c =>
    {
        var added = 0;
        foreach (var item in itemIds)
        {
            if (Command(c, "SELECT 1 FROM items WHERE id = $id", ("$id", item)).ExecuteScalar() is null)
                throw new GalleryException($"There is no picture with id {item} in '{Location}'; `semblance export --format jsonl` lists the ids.");
            foreach (var tag in tags)
                added += Execute(c, "INSERT OR IGNORE INTO tags VALUES ($item, $tag)", ("$item", item), ("$tag", tag));
        }
        return added;
    });

    public int RemoveTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags) => Write(c =>
    {
        var removed = 0;
        foreach (var item in itemIds)
        {
            foreach (var tag in tags)
                removed += Execute(c, "DELETE FROM tags WHERE item = $item AND tag = $tag", ("$item", item), ("$tag", tag));
        }
        return removed;
    });

    public IReadOnlyList<string> CheckIntegrity() => Read(c =>
    {
        var problems = Query(c, "PRAGMA integrity_check(20)", r => r.GetString(0)).Where(line => line != "ok").Select(line => $"storage: {line}").ToList();
        problems.AddRange(Query(c, "PRAGMA foreign_key_check", r => $"a row of '{r.GetString(0)}' refers to a missing row of '{r.GetString(2)}'"));
        using var command = Command(c, "SELECT v.space, v.item, v.vector, v.crc, s.dimension FROM vectors v JOIN spaces s ON s.id = v.space");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var bytes = (byte[])reader[2];
            if (bytes.Length != reader.GetInt64(4) * sizeof(ushort))
                problems.Add($"vector of picture {reader.GetInt64(1)} has {bytes.Length} bytes where {reader.GetInt64(4) * sizeof(ushort)} belong");
            else if (StoredVector.Checksum(bytes) != (uint)reader.GetInt64(3))
                problems.Add($"vector of picture {reader.GetInt64(1)} does not match its checksum");
        }
        problems.AddRange(Query(
            c,
            "SELECT i.id FROM items i, spaces s WHERE s.active = 1 AND i.missing = 0 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space = s.id AND v.item = i.id)",
            r => $"picture {r.GetInt64(0)} has no vector in the active space"));
        return (IReadOnlyList<string>)problems;
    });

    public void BackupTo(string file)
    {
        using var connection = Connect();
        try
        {
            Execute(connection, "VACUUM INTO $file", ("$file", file));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is IoError or Full or CannotOpen)
        {
            throw new GalleryStorageException($"'{file}' cannot be written ({e.Message}); free some space there, or name another disk. The gallery is unharmed.", e);
        }
        catch (SqliteException e)
        {
            throw Explain(e, Location);
        }
    }

    public void Dispose()
    {
        using (var connection = new SqliteConnection(_connectionString))
            SqliteConnection.ClearPool(connection);
        if (_temporaryCopy is not null)
            Directory.Delete(_temporaryCopy, recursive: true);
    }
}
