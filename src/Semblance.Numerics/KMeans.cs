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

    private readonly Matrix _data;
    private readonly ParallelOptions _parallel;
    private readonly Matrix _centroids;
    private readonly int[] _assignments;
    private readonly float[] _distances;
    private readonly int[] _counts;

    private KMeans(Matrix data, int k, int threads, CancellationToken cancellationToken)
    {
        _data = data;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        _centroids = new Matrix(k, data.Columns);
        _assignments = new int[data.Rows];
        _distances = new float[data.Rows];
        _counts = new int[k];
        Array.Fill(_assignments, -1);
    }

    /// <summary>As <see cref="Fit(Matrix, int, int, int, int, CancellationToken)"/>, on all cores.</summary>
    public static KMeansResult Fit(Matrix data, int k, int seed, int maxIterations = 100, CancellationToken cancellationToken = default)
        => Fit(data, k, seed, maxIterations, Environment.ProcessorCount, cancellationToken);

    /// <summary>
    /// Clusters the rows of <paramref name="data"/>, [n, d], until no row changes its cluster or the rounds are used up.
    /// O(n·k·d) a round. Once converged, no cluster is empty unless the data has fewer than k different rows.
    /// </summary>
    /// <exception cref="ArgumentException">k is not in 1…n, or an element is not finite.</exception>
    public static KMeansResult Fit(Matrix data, int k, int seed, int maxIterations, int threads, CancellationToken cancellationToken)
    {
        ThrowIfNotClusterable(data, k, maxIterations, threads);
        var clustering = new KMeans(data, k, threads, cancellationToken);
        clustering.ChooseCentroids(new SeededRandom(seed));
        return clustering.Iterate(maxIterations);
    }

    /// <summary>As <see cref="Fit(Matrix, int, int, int, int, CancellationToken)"/>, but from centroids already known, [k, d]; they are copied.</summary>
    /// <exception cref="ArgumentException">The centroids are more than the rows, or of another length; or an element is not finite.</exception>
    public static KMeansResult Refine(Matrix data, Matrix centroids, int maxIterations, int threads, CancellationToken cancellationToken = default)
    {
        ThrowIfNotClusterable(data, centroids.Rows, maxIterations, threads);
        if (centroids.Columns != data.Columns)
            throw new ArgumentException($"The centroids have {centroids.Columns} elements and the vectors {data.Columns}; they must be of one length.", nameof(centroids));
        ThrowIfNotFinite(centroids, nameof(centroids));
        var clustering = new KMeans(data, centroids.Rows, threads, cancellationToken);
        centroids.Span.CopyTo(clustering._centroids.Span);
        return clustering.Iterate(maxIterations);
    }

    private static void ThrowIfNotClusterable(Matrix data, int k, int maxIterations, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIterations);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (k < 1 || k > data.Rows)
            throw new ArgumentException($"{data.Rows} vectors cannot make {k} clusters; ask for 1 to {data.Rows}.", nameof(k));
        ThrowIfNotFinite(data, nameof(data));
    }

    private static void ThrowIfNotFinite(Matrix vectors, string parameter)
    {
        for (var i = 0; i < vectors.Rows; i++)
        {
            if (!float.IsFinite(VectorMath.Dot(vectors.Row(i), vectors.Row(i))))
                throw new ArgumentException($"Vector {i} holds a value that is not finite or too large to square; leave it out.", parameter);
        }
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
        var next = random.NextInt(_data.Rows);
        for (var chosen = 0; ; chosen++)
        {
            _data.Row(next).CopyTo(_centroids.Row(chosen));
            if (chosen + 1 == _centroids.Rows)
                return;
            ForEachBlock((start, count) =>
            {
                Span<float> fresh = stackalloc float[RowBlock];
                VectorMath.SquaredL2Rows(_centroids.Row(chosen), _data.Slice(start, count).Span, fresh[..count]);
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
            return random.NextInt(_data.Rows);
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
        ForEachBlock((start, count) =>
        {
            var toCentroids = new float[_centroids.Rows];
            for (var i = start; i < start + count; i++)
            {
                VectorMath.SquaredL2Rows(_data.Row(i), _centroids.Span, toCentroids);
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
        // Rows sorted by cluster, in row order within each: cluster c owns members[starts[c] .. starts[c + 1]).
        var starts = new int[_counts.Length + 1];
        for (var c = 0; c < _counts.Length; c++)
            starts[c + 1] = starts[c] + _counts[c];
        var members = new int[_data.Rows];
        var next = starts.AsSpan(0, _counts.Length).ToArray();
        for (var i = 0; i < _assignments.Length; i++)
            members[next[_assignments[i]]++] = i;

        Parallel.For(0, _counts.Length, _parallel, c =>
        {
            // A cluster that nothing could fill keeps its centroid.
            if (_counts[c] == 0)
                return;
            var sums = new double[_data.Columns];
            foreach (var member in members.AsSpan(starts[c], _counts[c]))
            {
                var row = _data.Row(member);
                for (var j = 0; j < sums.Length; j++)
                    sums[j] += row[j];
            }
            var centroid = _centroids.Row(c);
            for (var j = 0; j < sums.Length; j++)
                centroid[j] = (float)(sums[j] / _counts[c]);
        });
    }

    private void ForEachBlock(Action<int, int> body)
        => Parallel.For(0, (_data.Rows + RowBlock - 1) / RowBlock, _parallel, block =>
        {
            var start = block * RowBlock;
            body(start, Math.Min(RowBlock, _data.Rows - start));
        });
}
