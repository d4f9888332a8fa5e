using System.Runtime.CompilerServices;

namespace Semblance.Numerics;

/// <summary>
/// Keeps the <c>k</c> nearest of the candidates shown to it: a bounded binary max-heap, O(log k) for a candidate that
/// enters and one comparison for one that does not.
/// </summary>
/// <remarks>
/// Candidates are ordered by distance, then by id, so the outcome does not depend on the order in which they are shown.
/// NaN is no distance and never enters. The same id shown twice is kept twice. Not safe for use by several threads.
/// </remarks>
public sealed class TopK
{
    private readonly Candidate[] _heap;
    private float _threshold;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is negative.</exception>
    public TopK(int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        _heap = new Candidate[k];
        Clear();
    }

    /// <summary>How many are kept at most.</summary>
    public int Capacity => _heap.Length;

    /// <summary>How many are kept now.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The distance above which nothing can enter: +∞ until <see cref="Capacity"/> are kept, then the distance of the
    /// farthest kept. A candidate at exactly this distance still enters when its id is the smaller one.
    /// </summary>
    public float Threshold => _threshold;

    /// <summary>True if the candidate was kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(long id, float distance)
    {
        // Written so that NaN fails the comparison too.
        if (!(distance <= _threshold))
            return false;
        return Insert(new Candidate(id, distance));
    }

    /// <summary>Shows candidates <paramref name="firstId"/>, <paramref name="firstId"/> + 1, … at <paramref name="distances"/>.</summary>
    public void AddRange(long firstId, ReadOnlySpan<float> distances)
    {
        for (var i = 0; i < distances.Length; i++)
            Add(firstId + i, distances[i]);
    }

    /// <summary>Shows candidate <paramref name="ids"/>[i] at <paramref name="distances"/>[i], for every i.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void AddRange(ReadOnlySpan<long> ids, ReadOnlySpan<float> distances)
    {
        if (ids.Length != distances.Length)
            throw new ArgumentException($"There are {ids.Length} ids and {distances.Length} distances; there must be one distance for each id.");
        for (var i = 0; i < ids.Length; i++)
            Add(ids[i], distances[i]);
    }

    /// <summary>Shows everything that <paramref name="other"/> keeps; with one per thread this merges a parallel scan.</summary>
    public void AddAll(TopK other)
    {
        for (var i = 0; i < other.Count; i++)
            Add(other._heap[i].Id, other._heap[i].Distance);
    }

    /// <summary>The kept candidates, nearest first; equal distances by smaller id. The heap is unchanged.</summary>
    public Candidate[] ToSorted()
    {
        var sorted = _heap.AsSpan(0, Count).ToArray();
        Array.Sort(sorted, static (x, y) => IsFarther(x, y) ? 1 : IsFarther(y, x) ? -1 : 0);
        return sorted;
    }

    /// <summary>Forgets every candidate, for reuse by another query.</summary>
    public void Clear()
    {
        Count = 0;
        // Below every distance, −∞ included: with room for none, nothing enters.
        _threshold = _heap.Length == 0 ? float.NaN : float.PositiveInfinity;
    }

    private bool Insert(Candidate candidate)
    {
        if (Count < _heap.Length)
        {
            SiftUp(Count++, candidate);
            if (Count == _heap.Length)
                _threshold = _heap[0].Distance;
            return true;
        }
        if (!IsFarther(_heap[0], candidate))
            return false;
        SiftDown(candidate);
        _threshold = _heap[0].Distance;
        return true;
    }

    private void SiftUp(int hole, Candidate candidate)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!IsFarther(candidate, _heap[parent]))
                break;
            _heap[hole] = _heap[parent];
            hole = parent;
        }
        _heap[hole] = candidate;
    }

    private void SiftDown(Candidate candidate)
    {
        var hole = 0;
        for (var child = 1; child < Count; child = 2 * hole + 1)
        {
            if (child + 1 < Count && IsFarther(_heap[child + 1], _heap[child]))
                child++;
            if (!IsFarther(_heap[child], candidate))
                break;
            _heap[hole] = _heap[child];
            hole = child;
        }
        _heap[hole] = candidate;
    }

    private static bool IsFarther(Candidate x, Candidate y) => x.Distance > y.Distance || (x.Distance == y.Distance && x.Id > y.Id);
}
