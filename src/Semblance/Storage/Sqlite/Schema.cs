using Microsoft.Data.Sqlite;

namespace Semblance.Storage.Sqlite;

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
        // Items with what is looked at most in front, the folder's name as a column, hashes as bytes, and an index for each field that a filter can
        // look up, over present items alone. Vectors under a key of space, item and part, so that each space lies together and needs no second index;
        // changed is set where a vector came later than its item's last change, so that adding to one space is no change of another;
        // in a table with row numbers a page holds them whole, where SQLite moves the ends of long keys to pages of their own.
        """
        CREATE TABLE items_new (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            missing INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL,
            phash INTEGER NOT NULL,
            dhash INTEGER NOT NULL,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            orientation INTEGER NOT NULL,
            facts INTEGER NOT NULL DEFAULT 0,
            hash BLOB NOT NULL,
            path TEXT NOT NULL UNIQUE,
            label TEXT NOT NULL,
            format TEXT NOT NULL,
            taken INTEGER,
            taken_offset INTEGER,
            camera TEXT,
            lens TEXT,
            iso INTEGER,
            exposure REAL,
            aperture REAL,
            focal_length REAL,
            latitude REAL,
            longitude REAL,
            altitude REAL,
            rating INTEGER,
            description TEXT);
        INSERT INTO items_new SELECT id, missing, changed, phash, dhash, size, modified, width, height, orientation, facts, unhex(hash), path, label_of(path), format,
            taken, taken_offset, camera, lens, iso, exposure, aperture, focal_length, latitude, longitude, altitude, rating, description FROM items;
        DELETE FROM sqlite_sequence WHERE name = 'items_new';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'items_new', seq FROM sqlite_sequence WHERE name = 'items';
        CREATE TABLE vectors_new (
            id INTEGER PRIMARY KEY,
            space INTEGER NOT NULL,
            item INTEGER NOT NULL,
            part INTEGER NOT NULL,
            changed INTEGER,
            crc INTEGER NOT NULL,
            vector BLOB NOT NULL);
        INSERT INTO vectors_new SELECT (space << 44) | (item << 8), space, item, 0, NULL, crc, vector FROM vectors ORDER BY space, item;
        DROP TABLE vectors;
        ALTER TABLE vectors_new RENAME TO vectors;
        DROP TABLE items;
        ALTER TABLE items_new RENAME TO items;
        CREATE INDEX vectors_changed ON vectors (space, changed) WHERE changed IS NOT NULL;
        CREATE INDEX items_hash ON items (hash);
        CREATE INDEX items_changed ON items (changed);
        CREATE INDEX items_missing ON items (missing) WHERE missing <> 0;
        CREATE INDEX items_label ON items (label) WHERE missing = 0;
        CREATE INDEX items_format ON items (format) WHERE missing = 0;
        CREATE INDEX items_size ON items (size) WHERE missing = 0;
        CREATE INDEX items_sides ON items (width, height) WHERE missing = 0;
        CREATE INDEX items_height ON items (height) WHERE missing = 0;
        CREATE INDEX items_pixels ON items (width * height) WHERE missing = 0;
        CREATE INDEX items_taken ON items (taken) WHERE missing = 0 AND taken IS NOT NULL;
        CREATE INDEX items_untaken ON items (modified) WHERE missing = 0 AND taken IS NULL;
        CREATE INDEX items_camera ON items (camera) WHERE missing = 0 AND camera IS NOT NULL;
        CREATE INDEX items_lens ON items (lens) WHERE missing = 0 AND lens IS NOT NULL;
        CREATE INDEX items_iso ON items (iso) WHERE missing = 0 AND iso IS NOT NULL;
        CREATE INDEX items_rating ON items (coalesce(rating, 0)) WHERE missing = 0;
        CREATE INDEX items_place ON items (latitude, longitude) WHERE missing = 0 AND latitude IS NOT NULL;
        ALTER TABLE spaces ADD COLUMN views TEXT NOT NULL DEFAULT 'whole';
        ALTER TABLE spaces ADD COLUMN parts INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE spaces ADD COLUMN base INTEGER;
        ALTER TABLE spaces ADD COLUMN head TEXT;
        ALTER TABLE spaces ADD COLUMN takes_pictures INTEGER NOT NULL DEFAULT 0;
        UPDATE spaces SET takes_pictures = active;
        ALTER TABLE spaces ADD COLUMN vectors INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE spaces ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
        UPDATE spaces SET vectors = n, pictures = n FROM (SELECT v.space AS owner, count(*) AS n FROM vectors v JOIN items i ON i.id = v.item WHERE i.missing = 0 GROUP BY v.space) WHERE owner = id;
        INSERT INTO counters SELECT 'revision', value FROM counters WHERE name = 'changes';
        INSERT INTO counters SELECT 'items', count(*) FROM items WHERE missing = 0;
        """,
    ];

    /// <summary>Texts of items that an index holds: their few different values are matched, and not the items.</summary>
    public static IReadOnlyList<string> IndexedTexts { get; } = ["label", "format", "camera", "lens"];

    /// <summary>For tests, which make galleries as older programs left them.</summary>
    internal static IReadOnlyList<string> Steps => s_steps;

    public static int CurrentVersion => s_steps.Length;

    /// <summary>Brings an opened, writable database to the current version; each step is one transaction.</summary>
    /// <returns>The version of a database that held something and was older; else null.</returns>
    /// <exception cref="GalleryRefusedException">The file is newer than this program, or no gallery at all.</exception>
    public static int? Migrate(SqliteConnection connection, string file)
    {
        var version = CheckVersion(connection, file);
        var old = version;
        if (version == CurrentVersion)
            return null;
        connection.CreateFunction<string, string>("label_of", GalleryItem.LabelOf, isDeterministic: true);
        // A table that others refer to is replaced whole, which with references on would delete what refers to it.
        Execute(connection, "PRAGMA foreign_keys = OFF");
        for (; version < CurrentVersion; version++)
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
        Execute(connection, "PRAGMA foreign_keys = ON");
        return old > 0 ? old : null;
    }

    /// <summary>The version of the file, refused if it is newer or foreign.</summary>
    public static int CheckVersion(SqliteConnection connection, string file)
    {
        var version = Version(connection);
        if (version > CurrentVersion)
            throw new GalleryRefusedException(GalleryError.Newer, $"'{file}' was written by a newer Semblance (schema {version}, this program knows {CurrentVersion}); update Semblance to open it. Nothing was changed.", ("file", file));
        var application = Convert.ToInt64(Scalar(connection, "PRAGMA application_id"));
        if (application != ApplicationId && (version != 0 || application != 0 || Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM sqlite_master")) > 0))
            throw new GalleryRefusedException(GalleryError.Foreign, $"'{file}' is a SQLite database of another program. Nothing was changed.", ("file", file));
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
