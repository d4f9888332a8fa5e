using System.Runtime.CompilerServices;
using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>
/// The k nearest rows that a search through leaves has met. Rows are proposed when they are among the k nearest so far, equal ones too:
/// the final ranking belongs to the stored rows.
/// </summary>
/// <remarks>
/// Keys are squared distances under L2, otherwise negative inner products, so that a leaf costs one pass whatever the metric.
/// </remarks>
internal sealed class NearestRows<T>(StructureSearch<T> search, Metric metric)
    where T : unmanaged
{
    private const int Piece = 64;

    private readonly TopK _nearest = new(Math.Max(1, search.K));
    private readonly double _squaredLength = VectorMath.Dot(search.Query, search.Query);

    // How far sums of d products in float32 are off, relative to the lengths.
    private readonly double _rounding = 1e-6 * (1 + (search.Query.Length / 1000.0));

    /// <summary>Accepted rows among those that were met and near enough, so that k of them fill the answer.</summary>
    public bool IsFull => _nearest.Count == _nearest.Capacity;

    /// <summary>The largest key that still enters, made larger by what rounding may hide.</summary>
    public double KeyLimit(double longest) => metric == Metric.L2
        ? _nearest.Threshold * (1 + (2 * _rounding))
        : _nearest.Threshold + (_rounding * (_squaredLength + longest));

    /// <summary>
    /// The limit as a squared distance: rows farther than this do not enter. Under the other metrics it is short of the largest squared
    /// length R of a row, or of the augmented rows: |q − x|² = |q|² + |x|² − 2q·x, so −q·x ≤ key asks for |q − x|² − R ≤ |q|² + 2 key.
    /// </summary>
    public double SquaredLimit(double longest) => metric == Metric.L2 ? KeyLimit(0) : _squaredLength + (2 * KeyLimit(longest));

    /// <summary>Measures a leaf.</summary>
    /// <param name="rows">Its vectors, packed.</param>
    /// <param name="members">Their numbers in the segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Measure(Segment segment, ReadOnlySpan<float> rows, ReadOnlySpan<int> members)
    {
        var dimension = search.Query.Length;
        Span<float> buffer = stackalloc float[Piece];
        search.Visited += members.Length;
        for (var done = 0; done < members.Length; done += Piece)
        {
            var count = Math.Min(Piece, members.Length - done);
            var keys = buffer[..count];
            var packed = rows.Slice(done * dimension, count * dimension);
            if (metric == Metric.L2)
            {
                VectorMath.SquaredL2Rows(search.Query, packed, keys);
            }
            else
            {
                VectorMath.DotRows(search.Query, packed, keys);
                for (var i = 0; i < count; i++)
                    keys[i] = -keys[i];
            }
            var limit = _nearest.Threshold;
            for (var i = 0; i < count; i++)
            {
                if (keys[i] <= limit)
                    limit = Meet(segment, members[done + i], keys[i]);
            }
        }
    }

    private float Meet(Segment segment, int member, float key)
    {
        var position = segment.First + member;
        if ((uint)member < (uint)segment.Count && search.Accepts(position))
        {
            search.Offer(position);
            _nearest.Add(position, key);
        }
        return _nearest.Threshold;
    }
}
