using Semblance.Index.Structures;

namespace Semblance.Index.Rows;

/// <summary>
/// The rows of an index at one moment: immutable, so that readers need no lock. Position p is row <c>p % RowsPerBlock</c> of block
/// <c>p / RowsPerBlock</c>; all blocks but the last are full.
/// </summary>
/// <param name="Blocks">Never changed once the snapshot is published.</param>
/// <param name="BlockShift">Base-2 logarithm of the rows in a full block.</param>
/// <param name="Positions">Rows, removed ones included.</param>
/// <param name="Deleted">Removed rows among them.</param>
internal sealed record RowSnapshot<T>(RowBlock<T>[] Blocks, int BlockShift, int Positions, int Deleted)
    where T : unmanaged
{
    /// <summary>What leads searches through these rows; null where they are only scanned.</summary>
    public IRowStructure<T>? Structure { get; init; }

    public int Count => Positions - Deleted;

    public int RowsPerBlock => 1 << BlockShift;

    /// <summary>Rows of a block that the snapshot covers.</summary>
    public int RowsIn(int block) => Math.Min(RowsPerBlock, Positions - (block << BlockShift));

    public long IdAt(int position) => Blocks[position >> BlockShift].Id(position & (RowsPerBlock - 1));

    public ReadOnlySpan<T> RowAt(int position) => Blocks[position >> BlockShift].Rows(position & (RowsPerBlock - 1), 1);

    /// <summary>Asks for a row and its id, which lie apart, ahead of their use.</summary>
    public void Prefetch(int position) => Blocks[position >> BlockShift].Prefetch(position & (RowsPerBlock - 1));

    public bool IsDeleted(int position) => Blocks[position >> BlockShift].IsDeleted(position & (RowsPerBlock - 1));
}
