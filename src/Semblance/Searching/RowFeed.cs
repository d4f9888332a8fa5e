using System.Runtime.InteropServices;
using Semblance.Index;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// Brings the rows of a space into an index. An index's generation is the change counter it is current with, below 0 while it has
/// never been filled.
/// </summary>
internal sealed class RowFeed(IGalleryStore store, Space space, Projection projection)
{
    public const long NeverFilled = -1;

    /// <summary>Rows that are projected and added at a time.</summary>
    private const int Chunk = 1024;

    /// <summary>Applies what was committed since the index was last current.</summary>
    public void CatchUp(VectorIndex index, CancellationToken cancellationToken)
    {
        // Read first: what is committed while the rows stream is then seen again, and adding twice changes nothing.
        var counter = store.ChangeCounter;
        if (counter == index.Generation)
            return;
        if (index.Generation < 0)
            Fill(index, cancellationToken);
        else
            Add(index, store.ChangesSince(space.Id, index.Generation), cancellationToken);
        index.Generation = counter;
    }

    private void Fill(VectorIndex index, CancellationToken cancellationToken)
    {
        if (index.Kind == ExactVectorIndex.KindName)
        {
            // What a fill that was broken off has left may have vanished since.
            if (index.Count > 0)
                index.Build([], new Matrix(0, index.Dimension), cancellationToken);
            Add(index, store.Vectors(space.Id).Select(row => (row.ItemId, (float[]?)row.Vector)), cancellationToken);
            return;
        }
        // The other kinds learn from all rows, so they get them at once.
        var ids = new List<long>();
        var vectors = new Matrix(checked((int)store.CountVectors(space.Id)), index.Dimension);
        ForEachChunk(
            store.Vectors(space.Id).Select(row => (row.ItemId, (float[]?)row.Vector)),
            _ => { },
            (chunk, projected) =>
            {
                // Somebody may be adding meanwhile.
                if (ids.Count + chunk.Count > vectors.Rows)
                {
                    var larger = new Matrix(checked(2 * (vectors.Rows + Chunk)), index.Dimension);
                    vectors.Span.CopyTo(larger.Span);
                    vectors = larger;
                }
                projected.Span.CopyTo(vectors.Slice(ids.Count, chunk.Count).Span);
                ids.AddRange(chunk);
            },
            cancellationToken);
        index.Build(CollectionsMarshal.AsSpan(ids), vectors.Slice(0, ids.Count), cancellationToken);
    }

    private void Add(VectorIndex index, IEnumerable<(long Id, float[]? Vector)> rows, CancellationToken cancellationToken) => ForEachChunk(
        rows,
        id => index.Remove(id),
        (ids, vectors) => index.Add(CollectionsMarshal.AsSpan(ids), vectors),
        cancellationToken);

    private void ForEachChunk(IEnumerable<(long Id, float[]? Vector)> rows, Action<long> gone, Action<List<long>, Matrix> present, CancellationToken cancellationToken)
    {
        var ids = new List<long>(Chunk);
        var raw = new Matrix(Chunk, space.Dimension);
        foreach (var (id, vector) in rows)
        {
            if (vector is null)
            {
                gone(id);
                continue;
            }
            cancellationToken.ThrowIfCancellationRequested();
            vector.CopyTo(raw.Row(ids.Count));
            ids.Add(id);
            if (ids.Count == Chunk)
                Flush();
        }
        Flush();

        void Flush()
        {
            if (ids.Count > 0)
                present(ids, projection.Apply(raw.Slice(0, ids.Count)));
            ids.Clear();
        }
    }
}
