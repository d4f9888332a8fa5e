using Semblance.Index.Files;
using Semblance.Index.Rows;

namespace Semblance.Index.Structures;

/// <summary>
/// What leads a search to promising rows without reading all of them: a graph, lists, trees, tables over the positions of a
/// <see cref="RowStore{T}"/>. The store keeps it in step with its rows, under the writer's lock; readers search it without one.
/// A structure only proposes: rows that are removed or not yet published are told apart by the snapshot.
/// Memory of its own is freed by finalizers, because readers may still be at work when a successor takes over.
/// </summary>
internal interface IRowStructure<T>
    where T : unmanaged
{
    /// <summary>
    /// Whether it leads to all that belongs to an answer and says so (<see cref="StructureSearch{T}.IsComplete"/>). The others may miss
    /// rows, and what k they lead to is the answer.
    /// </summary>
    bool IsExact => false;

    /// <summary>Bytes held beside the rows, mapped ones included.</summary>
    long BytesHeld { get; }

    long MappedBytes { get; }

    /// <summary>Bytes of one row in this structure, without spare capacity.</summary>
    double BytesPerVector { get; }

    /// <summary>
    /// A structure like this one over all of <paramref name="rows"/>, which no reader knows of yet.
    /// The same rows, seed and a single thread give the same structure.
    /// </summary>
    IRowStructure<T> Build(RowSnapshot<T> rows, int threads, CancellationToken cancellationToken);

    /// <summary>
    /// Takes in the rows from position <paramref name="first"/> on. Readers of older snapshots search on meanwhile and leave out
    /// positions that their snapshot does not cover. Returns itself or a successor.
    /// </summary>
    IRowStructure<T> Append(RowSnapshot<T> rows, int first);

    /// <summary>
    /// The successor over <paramref name="rows"/>, which are those of <paramref name="old"/> without the removed ones:
    /// old position p is <paramref name="newPositions"/>[p] now, or −1. Readers may still be searching this one.
    /// </summary>
    IRowStructure<T> Compact(RowSnapshot<T> old, RowSnapshot<T> rows, int[] newPositions);

    /// <summary>Offers the promising positions.</summary>
    void FindCandidates(StructureSearch<T> search);

    /// <summary>
    /// About the nanoseconds of a search without a filter at an effort; 0 where it never costs more than comparing the query with all
    /// rows.
    /// </summary>
    double CostOf(int effort) => 0;

    /// <summary>
    /// An order in which to search for the neighbours of these rows such that what one search touches is still in the caches at the next:
    /// indexes into <paramref name="positions"/>, each once. Answers do not depend on it.
    /// </summary>
    int[] OrderOf(ReadOnlySpan<int> positions)
    {
        var order = new int[positions.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        return order;
    }

    /// <summary>What a file needs to open it again, for the first <paramref name="positions"/> rows. Called under the writer's lock.</summary>
    IEnumerable<IndexFileSection> Sections(int positions);

    /// <summary>Checks the structure itself: every number in range, every row reachable.</summary>
    void Verify(List<string> problems, RowSnapshot<T> rows);

    /// <summary>
    /// Brings mapped data that every search touches into memory of its own (huge pages where there are any). Runs beside readers and
    /// the writer; does nothing the second time.
    /// </summary>
    void Warm();
}
