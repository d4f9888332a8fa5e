namespace Semblance.VectorData.Records;

/// <summary>
/// One version of a record, without its vectors. An upsert makes a new row under a new id, so a row never changes and its id says at
/// the same time which data and which vectors belong together.
/// </summary>
/// <param name="data">By the collection's data columns; shorter where columns came later.</param>
internal sealed class Row(long id, object key, object?[] data)
{
    /// <summary>In place of a data column: the key.</summary>
    public const int KeyColumn = -1;

    public long Id { get; } = id;

    public object Key { get; } = key;

    public object? this[int column] => column == KeyColumn ? Key : column < data.Length ? data[column] : null;

    /// <summary>The value of a column, or the default where it has none; a nullable <typeparamref name="T"/> keeps the difference.</summary>
    public T? Value<T>(int column) => this[column] is T value ? value : default;
}
