using System.Buffers;
using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Lloyd's k-means with k-means++ seeding (Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007).
/// </summary>
/// <remarks>
/// Every sum is taken in row order by one thread, so the same data and seed give the same bytes on any number of threads.
/// Distances are computed from differences, never as ‖x‖² − 2x·c + ‖c‖², which loses the small ones.
/// </remarks>
public sealed class KMeans
{
    /// <summary>Rows that one task assigns.</summary>
    private const int RowBlock = 128;

    // Rows whose sums one pass takes in at a time.
    private const int UpdateFloats = 1 << 20;

    private readonly IVectorRows _data;
    private readonly CancellationToken _cancellationToken;
    private readonly ParallelOptions _parallel;
    private readonly Matrix _centroids;
    private readonly int[] _assignments;
    private readonly float[] _distances;
    private readonly int[] _counts;

    private KMeans(IVectorRows data, int k, int threads, CancellationToken cancellationToken)
    {
        _data = data;
        _cancellationToken = cancellationToken;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        _centroids = new Matrix(k, data.Dimension);
        _assignments = new int[data.Count];
        _distances = new float[data.Count];
        _counts = new int[k];
        Array.Fill(_assignments, -1);
    }

    /// <summary>As <see cref="Fit(IVectorRows, int, int, int, int, CancellationToken)"/>, on all cores.</summary>
    public static KMeansResult Fit(IVectorRows data, int k, int seed, int maxIterations = 100, CancellationToken cancellationToken = default)
        => Fit(data, k, seed, maxIterations, Environment.ProcessorCount, cancellationToken);

    /// <summary>
    /// Clusters <paramref name="data"/>, n vectors of length d, until no vector changes its cluster or the rounds are used up.
    /// O(n·k·d) a round. Once converged, no cluster is empty unless the data has fewer than k different rows.
    /// They are read once to be checked, once for each centroid but the first, and twice a round; where reading is slow, fit a sample and
    /// <see cref="Refine"/> it.
    /// </summary>
    /// <exception cref="ArgumentException">k is not in 1…n, or an element is not finite.</exception>
    public static KMeansResult Fit(IVectorRows data, int k, int seed, int maxIterations, int threads, CancellationToken cancellationToken)
    {
        ThrowIfNotClusterable(data, k, maxIterations, threads, cancellationToken);
        var clustering = new KMeans(data, k, threads, cancellationToken);
        clustering.ChooseCentroids(new SeededRandom(seed));
        return clustering.Iterate(maxIterations);
    }

    /// <summary>As <see cref="Fit(IVectorRows, int, int, int, int, CancellationToken)"/>, but from centroids already known, [k, d]; they are copied. The vectors are read once to be checked and twice a round.</summary>
    /// <exception cref="ArgumentException">The centroids are more than the rows, or of another length; or an element is not finite.</exception>
    public static KMeansResult Refine(IVectorRows data, Matrix centroids, int maxIterations, int threads, CancellationToken cancellationToken = default)
    {
        ThrowIfNotClusterable(data, centroids.Rows, maxIterations, threads, cancellationToken);
        if (centroids.Columns != data.Dimension)
            throw new ArgumentException($"The centroids have {centroids.Columns} elements and the vectors {data.Dimension}; they must be of one length.", nameof(centroids));
        ThrowIfNotFinite(centroids, nameof(centroids), cancellationToken);
        var clustering = new KMeans(data, centroids.Rows, threads, cancellationToken);
        centroids.Span.CopyTo(clustering._centroids.Span);
        return clustering.Iterate(maxIterations);
    }

    private static void ThrowIfNotClusterable(IVectorRows data, int k, int maxIterations, int threads, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIterations);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (k < 1 || k > data.Count)
            throw new ArgumentException($"{data.Count} vectors cannot make {k} clusters; ask for 1 to {data.Count}.", nameof(k));
        if (data.Count > Array.MaxLength)
            throw new ArgumentException($"{data.Count} vectors are more than the {Array.MaxLength} that can be clustered at once; take a sample.", nameof(data));
        ThrowIfNotFinite(data, nameof(data), cancellationToken);
    }

    private static void ThrowIfNotFinite(IVectorRows vectors, string parameter, CancellationToken cancellationToken)
    {
        var dimension = vectors.Dimension;
        RowPass.ForEachBlock(vectors, (first, count, block) =>
        {
            for (var i = 0; i < count; i++)
            {
                var row = block.Slice(i * dimension, dimension);
                if (!float.IsFinite(VectorMath.Dot(row, row)))
                    throw new ArgumentException($"Vector {first + i} holds a value that is not finite or too large to square; leave it out.", parameter);
            }
        }, cancellationToken);
    }

    private KMeansResult Iterate(int maxIterations)
    {
        var iterations = 0;
        var converged = false;
        while (!converged && iterations < maxIterations)
        {
            iterations++;
            converged = !Assign() & !FillEmptyClusters();
            if (!converged)
                UpdateCentroids();
        }
        // Rounds used up: the centroids have moved since the rows were assigned.
        if (!converged)
            Assign();
        var inertia = 0.0;
        foreach (var distance in _distances)
            inertia += distance;
        return new KMeansResult(_centroids, _assignments, inertia, iterations, converged);
    }

    /// <summary>The first centroid is a row drawn uniformly; each next one is drawn with probability proportional to its squared distance from the nearest so far.</summary>
    private void ChooseCentroids(SeededRandom random)
    {
        Array.Fill(_distances, float.PositiveInfinity);
        var next = random.NextInt(_assignments.Length);
        for (var chosen = 0; ; chosen++)
        {
            // A row is read to its place, where it does not lie already.
            _data.Read(next, 1, _centroids.Row(chosen)).CopyTo(_centroids.Row(chosen));
            if (chosen + 1 == _centroids.Rows)
                return;
            ForEachBlock((start, count, rows) =>
            {
                Span<float> fresh = stackalloc float[RowBlock];
                VectorMath.SquaredL2Rows(_centroids.Row(chosen), rows, fresh[..count]);
                for (var i = 0; i < count; i++)
                    _distances[start + i] = Math.Min(_distances[start + i], fresh[i]);
            });
            next = Draw(random);
        }
    }

    private int Draw(SeededRandom random)
    {
        var total = 0.0;
        foreach (var distance in _distances)
            total += distance;
        // All rows are centroids already: the data has fewer different rows than clusters.
        if (total == 0)
            return random.NextInt(_distances.Length);
        var target = random.NextDouble() * total;
        var last = 0;
        for (var i = 0; i < _distances.Length; i++)
        {
            if (_distances[i] == 0)
                continue;
            last = i;
            target -= _distances[i];
            if (target < 0)
                break;
        }
        return last;
    }

    /// <summary>True if a row changed its cluster.</summary>
    private bool Assign()
    {
        var changed = 0;
        ForEachBlock((start, count, rows) =>
        {
            var dimension = _centroids.Columns;
            var toCentroids = new float[_centroids.Rows];
            for (var i = start; i < start + count; i++)
            {
                VectorMath.SquaredL2Rows(rows.Slice((i - start) * dimension, dimension), _centroids.Span, toCentroids);
                var nearest = 0;
                for (var c = 1; c < toCentroids.Length; c++)
                {
                    if (toCentroids[c] < toCentroids[nearest])
                        nearest = c;
                }
                if (_assignments[i] != nearest)
                    Volatile.Write(ref changed, 1);
                _assignments[i] = nearest;
                _distances[i] = toCentroids[nearest];
            }
        });
        Array.Clear(_counts);
        foreach (var cluster in _assignments)
            _counts[cluster]++;
        return changed != 0;
    }

    /// <summary>
    /// Gives each empty cluster the row that lies farthest from its centroid, which lowers the inertia most at once.
    /// False if there was none, or no row left that is not a centroid itself.
    /// </summary>
    private bool FillEmptyClusters()
    {
        var filled = false;
        for (var cluster = 0; cluster < _counts.Length; cluster++)
        {
            if (_counts[cluster] != 0)
                continue;
            var farthest = -1;
            for (var i = 0; i < _distances.Length; i++)
            {
                // The only row of a cluster stays: taking it would empty that one.
                if (_counts[_assignments[i]] > 1 && _distances[i] > (farthest < 0 ? 0 : _distances[farthest]))
                    farthest = i;
            }
            if (farthest < 0)
                break;
            _counts[_assignments[farthest]]--;
            _assignments[farthest] = cluster;
            _distances[farthest] = 0;
            _counts[cluster] = 1;
            filled = true;
        }
        return filled;
    }

    private void UpdateCentroids()
    {
        var clusters = _counts.Length;
        var dimension = _centroids.Columns;
        var sums = new double[clusters][];
        var most = Math.Max(RowBlock, UpdateFloats / Math.Max(1, dimension));
        var members = new int[most];
        var ends = new int[clusters + 1];
        RowPass.ForEachBlock(_data, most, (first, count, block) =>
        {
            // Rows of the block sorted by cluster, in row order within each: a cluster's sum takes its rows in their order.
            Array.Clear(ends);
            var assignments = _assignments.AsSpan((int)first, count);
            foreach (var cluster in assignments)
                ends[cluster + 1]++;
            for (var c = 0; c < clusters; c++)
                ends[c + 1] += ends[c];
            for (var i = 0; i < count; i++)
                members[ends[assignments[i]]++] = i;
            AddMembers(block, members, ends, sums);
        }, _cancellationToken);
        for (var c = 0; c < clusters; c++)
        {
            // A cluster that nothing could fill keeps its centroid.
            if (sums[c] is not { } sum)
                continue;
            var centroid = _centroids.Row(c);
            for (var j = 0; j < sum.Length; j++)
                centroid[j] = (float)(sum[j] / _counts[c]);
        }
    }

    /// <summary>Adds rows of a block to their clusters' sums; <paramref name="ends"/>[c] is where cluster c ends among the members.</summary>
    private unsafe void AddMembers(ReadOnlySpan<float> block, int[] members, int[] ends, double[]?[] sums)
    {
        var dimension = _centroids.Columns;
        fixed (float* rows = block)
        {
            var origin = rows;
            Parallel.For(0, sums.Length, _parallel, c =>
            {
                var start = c == 0 ? 0 : ends[c - 1];
                if (start == ends[c])
                    return;
                var sum = sums[c] ??= new double[dimension];
                foreach (var member in members.AsSpan(start, ends[c] - start))
                {
                    var row = origin + ((nint)member * dimension);
                    for (var j = 0; j < sum.Length; j++)
                        sum[j] += row[j];
                }
            });
        }
    }

    private delegate void RowAction(int start, int count, ReadOnlySpan<float> rows);

    private void ForEachBlock(RowAction body)
        => Parallel.For(0, (_assignments.Length + RowBlock - 1) / RowBlock, _parallel, block =>
        {
            var start = block * RowBlock;
            var count = Math.Min(RowBlock, _assignments.Length - start);
            var buffer = _data is Matrix ? [] : ArrayPool<float>.Shared.Rent(count * _data.Dimension);
            body(start, count, _data.Read(start, count, buffer));
            if (buffer.Length > 0)
                ArrayPool<float>.Shared.Return(buffer);
        });
}
