namespace Semblance.Index;

/// <summary>The state of an index at one moment.</summary>
/// <param name="Kind">The kind's name as in the file, such as <c>exact</c>.</param>
/// <param name="Count">Rows that searches can return.</param>
/// <param name="Deleted">Removed or replaced rows whose space has not been reclaimed yet.</param>
/// <param name="BytesPerVector">Bytes of one row with everything that belongs to it (codes, id), without spare capacity.</param>
/// <param name="BytesTotal">Bytes held now: rows, ids, spare capacity, deletion marks and look-up tables, mapped bytes included.</param>
/// <param name="MappedBytes">The part of <paramref name="BytesTotal"/> that lies in a mapped file and is shared between processes.</param>
/// <param name="Generation">See <see cref="IRowIndex.Generation"/>.</param>
public sealed record IndexStatistics(
    string Kind,
    long Count,
    long Deleted,
    double BytesPerVector,
    long BytesTotal,
    long MappedBytes,
    long Generation)
{
    /// <summary>
    /// The part of <see cref="BytesTotal"/> that leads from ids to rows: nothing while the ids ascend with the rows or before rows of an
    /// opened file are asked for by id, else 6 to 12 bytes a row.
    /// </summary>
    public long IdTableBytes { get; init; }
}
