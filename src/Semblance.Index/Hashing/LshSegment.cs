using Semblance.Index.Segments;
using Semblance.Numerics;

namespace Semblance.Index.Hashing;

/// <param name="Centre">The mean of the rows, from which directions are taken; all zero under inner product.</param>
/// <param name="Cells">Table after table, a bucket a cell.</param>
/// <param name="Shape">Of the hash of each table.</param>
/// <param name="Rotations">[tables, functions].</param>
internal sealed record LshSegment(
    int First, int Count, int Built, StoredArray<float> Centre, Buckets Cells, HashShape Shape, RandomRotation[] Rotations)
    : Segment(First, Count, Built)
{
    public override IReadOnlyList<IStoredArray> Arrays => [Centre, Cells.Starts, Cells.Members];

    public int Functions => Shape.Axes.Count;

    public int Tables => Rotations.Length / Functions;
}
