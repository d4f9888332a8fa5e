using Microsoft.Data.Sqlite;

namespace Semblance.Storage;

/// <summary>
/// The tables of <c>gallery.db</c> and how an older file becomes a current one. The version lives in SQLite's
/// <c>user_version</c>, the magic in <c>application_id</c>; step <c>i</c> of <see cref="s_steps"/> takes version <c>i</c> to <c>i + 1</c>.
/// </summary>
internal static class Schema
{
    /// <summary>"SMBL" as SQLite's application id, so that a foreign database is never taken for a gallery.</summary>
    public const int ApplicationId = 0x534D424C;

    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counters VALUES ('changes', 0);
        CREATE TABLE roots (path TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE items (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path TEXT NOT NULL UNIQUE,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            hash TEXT NOT NULL,
            format TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            orientation INTEGER NOT NULL,
            taken INTEGER,
            camera TEXT,
            phash INTEGER NOT NULL,
            dhash INTEGER NOT NULL,
            missing INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL);
        CREATE INDEX items_hash ON items (hash);
        CREATE INDEX items_changed ON items (changed);
        CREATE TABLE spaces (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            model TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            kind TEXT NOT NULL,
            modality TEXT NOT NULL,
            dimension INTEGER NOT NULL,
            metric TEXT NOT NULL,
            post TEXT NOT NULL,
            post_dimension INTEGER NOT NULL,
            post_shrink REAL NOT NULL,
            projection BLOB,
            projection_version INTEGER NOT NULL DEFAULT 0,
            fitted_count INTEGER NOT NULL DEFAULT 0,
            scale TEXT,
            active INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE vectors (
            space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
            item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
            vector BLOB NOT NULL,
            crc INTEGER NOT NULL,
            PRIMARY KEY (space, item)) WITHOUT ROWID;
        CREATE TABLE tags (
            item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY (item, tag)) WITHOUT ROWID;
        CREATE INDEX tags_tag ON tags (tag);
        CREATE TABLE failures (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            at INTEGER NOT NULL) WITHOUT ROWID;
        """,
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
        // facts is PhotoFacts.ReaderVersion when the row was read: what older programs wrote is read again by the next run.
        """
        ALTER TABLE items ADD COLUMN facts INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE items ADD COLUMN taken_offset INTEGER;
        ALTER TABLE items ADD COLUMN lens TEXT;
        ALTER TABLE items ADD COLUMN iso INTEGER;
        ALTER TABLE items ADD COLUMN exposure REAL;
        ALTER TABLE items ADD COLUMN aperture REAL;
        ALTER TABLE items ADD COLUMN focal_length REAL;
        ALTER TABLE items ADD COLUMN latitude REAL;
        ALTER TABLE items ADD COLUMN longitude REAL;
        ALTER TABLE items ADD COLUMN altitude REAL;
        ALTER TABLE items ADD COLUMN rating INTEGER;
        ALTER TABLE items ADD COLUMN description TEXT;
        CREATE TABLE sidecars (
            item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            PRIMARY KEY (item, path)) WITHOUT ROWID;
        """,
    ];

    /// <summary>For tests, which make galleries as older programs left them.</summary>
    internal static IReadOnlyList<string> Steps => s_steps;

    public static int CurrentVersion => s_steps.Length;

    /// <summary>Brings an opened, writable database to the current version; each step is one transaction.</summary>
    /// <exception cref="GalleryRefusedException">The file is newer than this program, or no gallery at all.</exception>
    public static void Migrate(SqliteConnection connection, string file)
    {
        for (var version = CheckVersion(connection, file); version < CurrentVersion; version++)
        {
            using var transaction = connection.BeginTransaction();
            // Another process may have taken the step between the look and the lock.
            if (Version(connection) == version)
            {
                Execute(connection, s_steps[version]);
                Execute(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {version + 1};");
            }
            transaction.Commit();
        }
    }

    /// <summary>The version of the file, refused if it is newer or foreign.</summary>
    public static int CheckVersion(SqliteConnection connection, string file)
    {
        var version = Version(connection);
        if (version > CurrentVersion)
            throw new GalleryRefusedException($"'{file}' was written by a newer Semblance (schema {version}, this program knows {CurrentVersion}); update Semblance to open it. Nothing was changed.");
        var application = Convert.ToInt64(Scalar(connection, "PRAGMA application_id"));
        if (application != ApplicationId && (version != 0 || application != 0 || Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM sqlite_master")) > 0))
            throw new GalleryRefusedException($"'{file}' is a SQLite database of another program; name another folder with --gallery. Nothing was changed.");
        return version;
    }

    private static int Version(SqliteConnection connection) => Convert.ToInt32(Scalar(connection, "PRAGMA user_version"));

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
