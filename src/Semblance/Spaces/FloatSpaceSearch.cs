using System.Numerics.Tensors;
using Semblance.Index;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>A space of real vectors.</summary>
internal sealed class FloatSpaceSearch(IGalleryStore store, Space space, string galleryFolder, int seed) : SpaceSearch<VectorIndex>(store, space, galleryFolder, seed)
{
    /// <summary>What is left when inputs cancel is rounding noise, and every picture would match it alike.</summary>
    private const float Cancelled = 1e-3f;

    private readonly Metric _metric = space.Metric;

    private protected override IReadOnlyList<string> Kinds => VectorIndexes.Kinds;

    private protected override string KindFor(string setting, long rows, string? current)
    {
        if (VectorIndexes.Kinds.Contains(setting))
            return setting;
        var chosen = VectorIndexes.Choose(rows);
        // A collection about the bound's size must not be built anew each time it crosses it.
        return chosen == ExactVectorIndex.KindName && current is not null && current == VectorIndexes.Choose(long.MaxValue) && rows > VectorIndexes.ExactUpTo / 2
            ? current
            : chosen;
    }

    private protected override VectorIndex Create(string kind, int dimension, IndexBuildOptions options) => VectorIndexes.Create(kind, dimension, _metric, options);

    private protected override VectorIndex OpenFile(string path, IndexBuildOptions options) => VectorIndexes.Open(path, options);

    private protected override bool Fits(VectorIndex index, int dimension) => index.Dimension == dimension;

    private protected override void Add(VectorIndex index, ReadOnlySpan<long> ids, Matrix searched) => index.Add(ids, searched);

    private protected override void Clear(VectorIndex index) => index.Build([], new Matrix(0, index.Dimension));

    private protected override IRowCollection<VectorIndex> Collect(long expected, int dimension) => new Rows(expected, dimension);

    private protected override IReadOnlyList<Hit> Search(VectorIndex index, float[] probe, int k, SearchOptions options) => index.Search(probe, k, options);

    private protected override IReadOnlyList<Hit>[] Neighbours(VectorIndex index, ReadOnlySpan<long> rows, int k, SearchOptions options, CancellationToken cancellationToken) =>
        index.NeighboursOf(rows, k, options, cancellationToken);

    private protected override bool TryGetRow(VectorIndex index, long row, Span<float> searched) => index.TryGetVector(row, searched);

    private protected override bool Finish(Span<float> sum, IReadOnlyList<SpaceInput> inputs)
    {
        if (_metric != Metric.Cosine)
        {
            // Lengths count here, so the mean of the inputs is asked for; with nothing but a balance of for and against, their sum.
            var total = inputs.Sum(input => input.Weight);
            if (total > 0)
                TensorPrimitives.Divide(sum, total, sum);
            return true;
        }
        if (TensorPrimitives.Norm<float>(sum) < Cancelled * inputs.Max(input => Math.Abs(input.Weight)))
            return false;
        VectorMath.NormalizeL2(sum);
        return true;
    }

    private protected override float Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other) => _metric switch
    {
        Metric.L2 => MathF.Sqrt(VectorMath.SquaredL2(one, other)),
        Metric.InnerProduct => -VectorMath.Dot(one, other),
        _ => 1 - VectorMath.Dot(one, other),
    };

    private protected override void Present(Matrix searched)
    {
    }

    public override float ScoreOf(float distance) => _metric switch
    {
        Metric.L2 => 1 / (1 + distance),
        Metric.InnerProduct => -distance,
        _ => 1 - distance,
    };

    public override float DistanceOf(float score) => _metric switch
    {
        Metric.L2 => score > 0 ? (1 / score) - 1 : float.PositiveInfinity,
        Metric.InnerProduct => -score,
        _ => 1 - score,
    };

    private sealed class Rows(long expected, int dimension) : IRowCollection<VectorIndex>
    {
        private readonly List<long> _ids = [];
        private Matrix _vectors = new(checked((int)expected), dimension);

        public void Add(ReadOnlySpan<long> ids, Matrix searched)
        {
            // Somebody may be adding meanwhile.
            if (_ids.Count + ids.Length > _vectors.Rows)
            {
                var larger = new Matrix(checked((2 * _vectors.Rows) + ids.Length), _vectors.Columns);
                for (var i = 0; i < _ids.Count; i++)
                    _vectors.Row(i).CopyTo(larger.Row(i));
                _vectors = larger;
            }
            for (var i = 0; i < ids.Length; i++)
                searched.Row(i).CopyTo(_vectors.Row(_ids.Count + i));
            _ids.AddRange(ids);
        }

        public void BuildInto(VectorIndex index, CancellationToken cancellationToken) =>
            index.Build(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), _vectors.Slice(0, _ids.Count), cancellationToken);
    }
}
