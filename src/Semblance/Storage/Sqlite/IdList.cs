namespace Semblance.Storage.Sqlite;

/// <summary>Ids in a statement: as many question marks as a few sizes have, so that few statements are prepared for lists of all lengths.</summary>
internal static class IdList
{
    /// <summary>Longest list of one statement.</summary>
    public const int Most = 1024;

    private const int Fewest = 16;

    /// <param name="sql">Up to and including <c>IN</c>.</param>
    public static SqliteStatement Open(SqliteSession session, string sql, IReadOnlyList<long> ids)
    {
        var size = Fewest;
        while (size < ids.Count)
            size *= 4;
        var arguments = new object?[size];
        for (var i = 0; i < size; i++)
            arguments[i] = i < ids.Count ? ids[i] : null; // Equal to nothing.
        return session.Open(s_statements.GetOrAdd((sql, size), static key => key.Sql + "(" + string.Join(',', Enumerable.Repeat('?', key.Size)) + ")"), arguments);
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(string Sql, int Size), string> s_statements = [];
}
