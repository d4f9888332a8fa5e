using System.Numerics.Tensors;

namespace Semblance.Index.Hashing;

/// <summary>
/// The signed axes of one cross-polytope function by their distance from a rotated query, and what it costs to take each instead of the
/// nearest: the squared difference of the query's coordinates, as in FALCONN. The first few are found at once, all when they are asked for.
/// </summary>
internal sealed class AxisRanking
{
    private const int AtOnce = 16;

    private readonly float[] _sizes; // |coordinate|, until all are sorted.
    private readonly bool[] _negative;
    private readonly float[] _largest; // The sorted sizes, and the axes they belong to.
    private readonly int[] _axes;
    private int _sorted;

    /// <param name="rotated">The query's coordinates on the axes.</param>
    public AxisRanking(ReadOnlySpan<float> rotated)
    {
        _sizes = new float[rotated.Length];
        TensorPrimitives.Abs(rotated, _sizes);
        _negative = new bool[rotated.Length];
        for (var axis = 0; axis < rotated.Length; axis++)
            _negative[axis] = rotated[axis] < 0;
        _largest = new float[rotated.Length];
        _axes = new int[rotated.Length];
        // Insertion into a short sorted list: hardly any size still enters it after the first.
        for (var axis = 0; axis < _sizes.Length; axis++)
        {
            var size = _sizes[axis];
            if (_sorted == AtOnce && size <= _largest[AtOnce - 1])
                continue;
            var at = _sorted < AtOnce ? _sorted++ : AtOnce - 1;
            for (; at > 0 && _largest[at - 1] < size; at--)
                (_largest[at], _axes[at]) = (_largest[at - 1], _axes[at - 1]);
            (_largest[at], _axes[at]) = (size, axis);
        }
    }

    /// <summary>Signed axes.</summary>
    public int Count => 2 * _sizes.Length;

    /// <summary>What taking the axis of a rank costs; rank 0 is the nearest and costs nothing.</summary>
    public double Cost(int rank)
    {
        Sort(rank);
        // Beyond the axes on the query's side come the opposite ones, the shortest coordinate first.
        var size = rank < _sizes.Length ? _largest[rank] : -_largest[(2 * _sizes.Length) - 1 - rank];
        var difference = (double)_largest[0] - size;
        return difference * difference;
    }

    /// <summary>The number of the signed axis of a rank: 2 · axis, and 1 more for its negative end.</summary>
    public int Code(int rank)
    {
        Sort(rank);
        var axis = _axes[rank < _sizes.Length ? rank : (2 * _sizes.Length) - 1 - rank];
        return (2 * axis) + (_negative[axis] == rank < _sizes.Length ? 1 : 0);
    }

    private void Sort(int rank)
    {
        if (rank < _sorted || _sorted == _sizes.Length)
            return;
        for (var axis = 0; axis < _axes.Length; axis++)
            _axes[axis] = axis;
        _sizes.CopyTo(_largest, 0);
        // Equal sizes in the order of their axes, as in the short list.
        Array.Sort(_axes, (x, y) => _sizes[x] != _sizes[y] ? _sizes[y].CompareTo(_sizes[x]) : x.CompareTo(y));
        for (var at = 0; at < _axes.Length; at++)
            _largest[at] = _sizes[_axes[at]];
        _sorted = _sizes.Length;
    }
}
