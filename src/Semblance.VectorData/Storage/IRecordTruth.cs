using Semblance.VectorData.Records;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData.Storage;

/// <summary>A collection as the truth knows it.</summary>
/// <param name="Id">Never used again, so a collection that was deleted and made anew is another one.</param>
/// <param name="Signature">See <see cref="CollectionSchema.Signature"/>.</param>
/// <param name="LastId">The last id that a row got; ids ascend.</param>
/// <param name="Changes">Counts the transactions that changed rows.</param>
internal sealed record CollectionEntry(long Id, string Name, string Signature, long LastId, long Changes);

/// <summary>A record to be written: its data by the schema's columns, its vectors by the schema's vector columns.</summary>
internal sealed record NewRecord(object Key, object?[] Data, float[]?[] Vectors);

/// <summary>What a write did.</summary>
/// <param name="Before">The collection just before it, seen in the same transaction.</param>
/// <param name="After">And just after it.</param>
/// <param name="FirstId">The records' rows have this id and the following ones.</param>
internal sealed record WriteResult(CollectionEntry Before, CollectionEntry After, long FirstId);

/// <summary>The rows of a collection at one moment.</summary>
/// <param name="LiveIds">All of them.</param>
/// <param name="Rows">Those after the id that was asked for.</param>
internal sealed record RowSet(CollectionEntry Entry, HashSet<long> LiveIds, IReadOnlyList<Row> Rows);

/// <summary>
/// The truth of a store: collections, and the data and vectors of their records. Indexes are derived from it. Each write is all or
/// nothing. Thread-safe.
/// </summary>
internal interface IRecordTruth : IDisposable
{
    /// <summary>Where it lies, for messages and metadata.</summary>
    string Location { get; }

    /// <summary>Folder for derived files; null where nothing outlives the process.</summary>
    string? IndexFolder { get; }

    IReadOnlyList<string> Names();

    CollectionEntry? Find(string name);

    /// <summary>The collection of that name, made where there is none.</summary>
    CollectionEntry Ensure(string name, string signature);

    void Delete(string name);

    /// <summary>Null when the collection is gone.</summary>
    RowSet? Load(CollectionEntry entry, CollectionSchema schema, long afterId);

    /// <summary>Removes the rows with these keys, then adds the records, which replace rows of the same key. Null when the collection is gone.</summary>
    WriteResult? Write(CollectionEntry entry, CollectionSchema schema, IReadOnlyList<NewRecord> records, IReadOnlyList<object> removedKeys);

    /// <summary>Vectors of one column after an id, in the order of ids; streamed.</summary>
    IEnumerable<(long Id, float[] Vector)> Vectors(CollectionEntry entry, string column, long afterId);

    /// <summary>How many rows up to an id have a vector in the column.</summary>
    long CountVectors(CollectionEntry entry, string column, long upToId);

    /// <summary>The vectors of some rows, by the schema's vector columns; a row that was replaced since is left out.</summary>
    IReadOnlyDictionary<long, float[]?[]> VectorsOf(CollectionEntry entry, CollectionSchema schema, IReadOnlyCollection<long> ids);
}
