using Microsoft.Data.Sqlite;
using Semblance.Measuring;
using SQLitePCL;

namespace Semblance.Storage.Sqlite;

/// <summary>
/// A connection with the statements it has prepared, over SQLite's own calls: preparing a statement and opening a connection each take
/// longer than most of a gallery's questions. For one thread at a time.
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    public SqliteSession(SqliteConnection connection)
    {
        _connection = connection;
        _database = connection.Handle!;
        // Other writers commit within moments; a longer wait means that something is stuck.
        Check(raw.sqlite3_busy_timeout(_database, 30_000));
    }

    /// <summary>The first column of the first row as a number; null without a row, or where it is null.</summary>
    public long? Number(string sql, params ReadOnlySpan<object?> arguments)
    {
        using var rows = Open(sql, arguments);
        return rows.Read() && !rows.IsNull(0) ? rows.Long(0) : null;
    }

    public int Execute(string sql, params ReadOnlySpan<object?> arguments)
    {
        using (var rows = Open(sql, arguments))
        {
            while (rows.Read())
            {
                // RETURNING gives rows, and the statement has done its work when the last is read.
            }
        }
        return raw.sqlite3_changes(_database);
    }

    public List<T> Query<T>(string sql, Func<SqliteStatement, T> row, params ReadOnlySpan<object?> arguments)
    {
        var found = new List<T>();
        using var rows = Open(sql, arguments);
        while (rows.Read())
            found.Add(row(rows));
        return found;
    }

    /// <summary>A statement with its arguments in the places of its question marks, to be read and disposed before it is opened again.</summary>
    public SqliteStatement Open(string sql, params ReadOnlySpan<object?> arguments)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
            _statements[sql] = statement = new SqliteStatement(handle, _database);
        }
        GalleryMeter.StoreStatements.Add(1);
        statement.Bind(arguments);
        return statement;
    }

    /// <summary>All reads of <paramref name="work"/> see one state.</summary>
    public T Snapshot<T>(Func<SqliteSession, T> work) => InTransaction("BEGIN DEFERRED", work);

    public T Transaction<T>(Func<SqliteSession, T> work) => InTransaction("BEGIN IMMEDIATE", work);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Finish();
        _connection.Dispose();
    }

    private T InTransaction<T>(string begin, Func<SqliteSession, T> work)
    {
        Frame(begin);
        try
        {
            var result = work(this);
            Frame("COMMIT");
            return result;
        }
        catch
        {
            // Some errors have ended it already.
            if (raw.sqlite3_get_autocommit(_database) == 0)
                Frame("ROLLBACK");
            throw;
        }
    }

    private void Frame(string sql) => Check(raw.sqlite3_exec(_database, sql));

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(result, _database);
    }
}

/// <summary>A prepared statement while it is read. Columns count from 0; a number that is null reads as 0, a text as null.</summary>
internal sealed class SqliteStatement(sqlite3_stmt handle, sqlite3 database) : IDisposable
{
    /// <summary>On to the next row; false when there is none.</summary>
    public bool Read()
    {
        var result = raw.sqlite3_step(handle);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, database);
        return result == raw.SQLITE_ROW;
    }

    /// <summary>Puts the first column of all rows that are left into a set.</summary>
    public void AddAll(Index.IdBitmap ids)
    {
        Span<long> some = stackalloc long[256];
        var count = 0;
        while (Read())
        {
            some[count++] = Long(0);
            if (count < some.Length)
                continue;
            ids.AddRange(some);
            count = 0;
        }
        ids.AddRange(some[..count]);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => (int)Long(column);

    public double Double(int column) => raw.sqlite3_column_double(handle, column);

    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>Until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public void Bind(ReadOnlySpan<object?> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var result = arguments[i] switch
            {
                null => raw.sqlite3_bind_null(handle, i + 1),
                long number => raw.sqlite3_bind_int64(handle, i + 1, number),
                int number => raw.sqlite3_bind_int64(handle, i + 1, number),
                double number => raw.sqlite3_bind_double(handle, i + 1, number),
                string text => raw.sqlite3_bind_text(handle, i + 1, text),
                byte[] bytes => raw.sqlite3_bind_blob(handle, i + 1, bytes),
                var other => throw new ArgumentException($"SQLite takes no {other.GetType().Name}.", nameof(arguments)),
            };
            if (result != raw.SQLITE_OK)
                SqliteException.ThrowExceptionForRC(result, database);
        }
    }

    /// <summary>Lets go of the rows; the session keeps the statement.</summary>
    public void Dispose() => raw.sqlite3_reset(handle);

    public void Finish() => handle.Dispose();
}
