using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Semblance.Storage.Sqlite;

/// <summary>
/// The truth of an embedded gallery: one SQLite file in WAL mode, so that readers never wait for the writer and a killed
/// process loses at most the batch in flight. Connections are kept with their prepared statements; a read method is one statement or one
/// deferred transaction, a write method one immediate transaction.
/// </summary>
internal sealed partial class SqliteGalleryStore : IGalleryStore
{
    private const string FileName = "gallery.db";

    /// <summary>Of new files. A page holds vectors whole, so their size decides how much of it is left empty; see docs/architecture.md.</summary>
    private const int PageBytes = 8192;

    // SQLite's primary result codes (sqlite.org/rescode.html).
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnlyFile = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NoDatabase = 26;

    private const int MostIdleSessions = 8;

    private readonly string _connectionString;
    private readonly string? _temporaryCopy;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _disposed;

    private SqliteGalleryStore(string folder, string connectionString, bool readOnly, string? temporaryCopy)
    {
        Folder = folder;
        Location = PathIn(folder);
        _connectionString = connectionString;
        IsReadOnly = readOnly;
        _temporaryCopy = temporaryCopy;
    }

    public string Folder { get; }

    public string Location { get; }

    public bool IsReadOnly { get; }

    /// <summary>The schema that the file had before this store opened it; null where it was the current one.</summary>
    public int? MigratedFrom { get; private init; }

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
    }

    /// <summary>Opens or creates the file in <paramref name="folder"/>; falls back to read-only where the disk is, or is full.</summary>
    public static SqliteGalleryStore Open(string folder, bool readOnly)
    {
        var file = PathIn(folder);
        if (readOnly || (File.Exists(file) && !(WriteAccess.To(folder) && WriteAccess.To(file))))
            return OpenReadOnly(folder);
        var connectionString = ConnectionString(file, SqliteOpenMode.ReadWriteCreate);
        int? migratedFrom;
        try
        {
            using var connection = Connect(connectionString);
            // Heard before the first table is made, and by a file that has some never.
            Run(connection, $"PRAGMA page_size = {PageBytes}");
            Run(connection, "PRAGMA journal_mode = WAL");
            migratedFrom = Schema.Migrate(connection, file);
            if (migratedFrom is not null)
                Shrink(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is IoError or Full or CannotOpen)
        {
            // Even reading needs a little space for the index of the log; without it the gallery can still be read.
            return TryOpenReadOnly(folder) ?? throw Explain(e, file);
        }
        catch (SqliteException e)
        {
            throw Explain(e, file);
        }
        return new(folder, connectionString, readOnly: false, null) { MigratedFrom = migratedFrom };
    }

    /// <summary>
    /// Gives back the room of what a migration has rewritten, in one step that is done or not. Where there is no room for it or others use the
    /// file, it stays as large as it is.
    /// </summary>
    private static void Shrink(SqliteConnection connection)
    {
        try
        {
            // The page size of a file with a write-ahead log is fixed.
            Run(connection, "PRAGMA journal_mode = DELETE");
            Run(connection, $"PRAGMA page_size = {PageBytes}");
            Run(connection, "VACUUM");
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Busy or Locked or Full or IoError)
        {
            // Free pages are used by what is added later.
        }
        Run(connection, "PRAGMA journal_mode = WAL");
    }

    private static SqliteGalleryStore? TryOpenReadOnly(string folder)
    {
        try
        {
            return Exists(folder) ? OpenReadOnly(folder) : null;
        }
        catch (Exception e) when (e is GalleryException or IOException)
        {
            return null;
        }
    }

    private static SqliteGalleryStore OpenReadOnly(string folder)
    {
        var file = PathIn(folder);
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
                    throw new GalleryRefusedException(GalleryError.CannotMigrate, $"'{file}' was never finished and lies on a disk that cannot be written; make a gallery on another disk.", ("file", file));
                if (version < Schema.CurrentVersion)
                    throw new GalleryRefusedException(GalleryError.CannotMigrate, $"'{file}' has an older schema and lies on a disk that cannot be written; copy the gallery to a writable disk and open it there once.", ("file", file));
                return new(folder, connectionString, readOnly: true, copy);
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
        var folder = Directory.CreateTempSubdirectory("semblance-read-").FullName;
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
        // The store keeps its connections itself, with their statements.
        Pooling = false,
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
        Busy or Locked => new GalleryRefusedException(GalleryError.Locked, $"'{file}' is locked by another process; wait for it to finish and try again. Nothing was changed.", ("file", file)),
        ReadOnlyFile => new GalleryRefusedException(GalleryError.ReadOnly, $"'{file}' cannot be written (read-only file or disk). Nothing was changed.", ("file", file)),
        IoError or Full => new GalleryStorageException($"The disk that holds '{file}' is full or failing ({e.Message}); free some space and run this again. What was committed before is safe.", e),
        Corrupt or NoDatabase => new GalleryException(GalleryError.Damaged, $"'{file}' is damaged or no gallery ({e.Message}); restore a snapshot, or index again into another folder.", e, ("file", file)),
        CannotOpen => new GalleryException(GalleryError.Unreadable, $"'{file}' cannot be opened ({e.Message}); check that the folder exists and that you may read and write it.", e, ("file", file)),
        _ => new GalleryException(GalleryError.Unreadable, $"'{file}': {e.Message}", e, ("file", file)),
    };

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

    /// <summary>One statement, or several that need not agree.</summary>
    private T Read<T>(Func<SqliteSession, T> work) => Guard(() =>
    {
        var session = Rent();
        try
        {
            return work(session);
        }
        finally
        {
            Return(session);
        }
    });

    /// <summary>Several statements that see one state.</summary>
    private T Snapshot<T>(Func<SqliteSession, T> work) => Read(session => session.Snapshot(work));

    private T Write<T>(Func<SqliteSession, T> work)
    {
        if (IsReadOnly)
            throw new GalleryRefusedException(GalleryError.ReadOnly, $"'{Location}' was opened read-only (its disk or file cannot be written), so nothing can be changed in it.", ("folder", Folder));
        return Read(session => session.Transaction(inside =>
        {
            var result = work(inside);
            inside.Execute("UPDATE counters SET value = value + 1 WHERE name = 'revision'");
            return result;
        }));
    }

    private IEnumerable<T> Stream<T>(string sql, Func<SqliteStatement, T> row, params object?[] arguments)
    {
        var session = Guard(Rent);
        try
        {
            using var rows = Guard(() => session.Open(sql, arguments));
            while (Guard(rows.Read))
                yield return row(rows);
        }
        finally
        {
            Return(session);
        }
    }

    private SqliteSession Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _idle.TryTake(out var session) ? session : new SqliteSession(Connect(_connectionString));
    }

    private void Return(SqliteSession session)
    {
        if (_disposed || _idle.Count >= MostIdleSessions)
            session.Dispose();
        else
            _idle.Add(session);
    }

    public GalleryVersion Version => Read(VersionOf);

    private static GalleryVersion VersionOf(SqliteSession session)
    {
        using var rows = session.Open("SELECT r.value, c.value FROM counters r, counters c WHERE r.name = 'revision' AND c.name = 'changes'");
        return rows.Read() ? new(rows.Long(0), rows.Long(1)) : throw new GalleryException(GalleryError.Damaged, "The gallery's counters are gone; restore a snapshot, or index again into another folder.", null, ("file", "gallery.db"));
    }

    private static long NextChange(SqliteSession session) => session.Number("UPDATE counters SET value = value + 1 WHERE name = 'changes' RETURNING value")!.Value;

    public IDisposable TakeLongLease() => Lease(FileLease.TakeLong);

    public IDisposable TakeShortLease() => Lease(FileLease.TakeShort);

    private FileLease Lease(Func<string, FileLease> take) => IsReadOnly
        ? throw new GalleryRefusedException(GalleryError.ReadOnly, $"The gallery '{Folder}' can only be read (its disk or file cannot be written, or the disk is full), so nothing can be changed in it.", ("folder", Folder))
        : take(Folder);

    public IReadOnlyList<string> CheckIntegrity() => Snapshot(session =>
    {
        var problems = session.Query("PRAGMA integrity_check(20)", r => r.Text(0)!).Where(line => line != "ok").Select(line => $"storage: {line}").ToList();
        problems.AddRange(session.Query("PRAGMA foreign_key_check", r => $"a row of '{r.Text(0)}' refers to a missing row of '{r.Text(2)}'"));
        CheckVectors(session, problems);
        return (IReadOnlyList<string>)problems;
    });

    public void BackupTo(string file)
    {
        using var connection = Guard(() => Connect(_connectionString));
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO $file";
            command.Parameters.AddWithValue("$file", file);
            command.ExecuteNonQuery();
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
        _disposed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
        if (_temporaryCopy is not null && Directory.Exists(_temporaryCopy))
            Directory.Delete(_temporaryCopy, recursive: true);
    }
}
