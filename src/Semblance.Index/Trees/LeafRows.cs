using Semblance.Index.Segments;

namespace Semblance.Index.Trees;

/// <summary>A segment's vectors in the order in which its leaves name them.</summary>
internal static class LeafRows
{
    public static StoredArray<float> Of(VectorSource vectors, int first, ReadOnlySpan<int> order)
    {
        var dimension = vectors.Dimension;
        var packed = new StoredArray<float>(checked(order.Length * dimension));
        var scratch = new float[dimension];
        for (var i = 0; i < order.Length; i++)
            vectors.At(first + order[i], scratch).CopyTo(packed.Slots[(i * dimension)..]);
        return packed;
    }

    /// <summary>Those of the rows that are left; <paramref name="leaves"/> are the leaves before they went.</summary>
    public static StoredArray<float> Moved(StoredArray<float> rows, Buckets leaves, Relocation relocation, int dimension)
    {
        var moved = new StoredArray<float>(checked(relocation.Count * dimension));
        var next = 0;
        for (var leaf = 0; leaf < leaves.Count; leaf++)
        {
            var (start, count) = leaves.Range(leaf);
            for (var i = start; i < start + count; i++)
            {
                if (relocation.Of(leaves.Members.Span[i]) >= 0 && next < moved.Length)
                {
                    rows.Span.Slice(i * dimension, dimension).CopyTo(moved.Slots[next..]);
                    next += dimension;
                }
            }
        }
        return moved;
    }

    /// <summary>The first row that is not what is stored, as a part of a sentence.</summary>
    public static string? Problem(StoredArray<float> rows, Buckets leaves, VectorSource vectors, int first)
    {
        var dimension = vectors.Dimension;
        var scratch = new float[dimension];
        for (var i = 0; i < leaves.Members.Length; i++)
        {
            var member = leaves.Members.Span[i];
            if (!vectors.At(first + member, scratch).SequenceEqual(rows.Span.Slice(i * dimension, dimension)))
                return $"its copy of row {member} differs from the row";
        }
        return null;
    }
}
