using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Semblance.Numerics;

namespace Semblance.Index.Graph;

/// <summary>
/// The small codes that steer a walk through the graph. A vector is rotated at random, so that all its coordinates look alike,
/// and each coordinate becomes one of 16 levels over one range for all (mean ± 2.7 standard deviations, where the mean square error of 16 even levels
/// on normal data is least), 128 of them in a cache line. Up to 64 dimensions fit a line with 128 levels each, and get them.
/// The query has 128 levels always: its error would add to that of every code.
/// </summary>
/// <remarks>
/// Distances between rows are squared Euclidean ones, in units of the levels, and so are those of queries but for inner product. Under cosine
/// the vectors have length 1, so the order is the same.
/// <para>
/// Queries for inner products are multiplied with the codes; the codes' mean adds the same to all products. Which rows become neighbours is
/// still a matter of distance, but rows get one more coordinate √(R² − |x|²), 0 for those longer than R, so that length counts for less than direction.
/// With R the largest length this is the reduction of Bachrach et al. ("Speeding up the Xbox recommender system using a Euclidean
/// transformation for inner-product spaces", 2014). The root mean square length, R here, serves better: at lengths that differ by up to 4 times and
/// ef = 64, recall@10 was .97 with it, .90 with the largest length and .78 without the coordinate. Where the coordinate alone would begin another
/// cache line, the last rotated coordinate is left out instead: 1/(d+1) of every squared distance, on average.
/// </para>
/// </remarks>
internal sealed unsafe class TraversalCodec : NodeCodec
{
    /// <summary>The most dimensions that get a byte each.</summary>
    public const int MaxByteDimensions = 64;

    private const float Deviations = 2.7f;

    private readonly RandomRotation _rotation;
    private readonly float[] _offsets; // [Kept], in steps of the query's 128 levels
    private readonly float _scale;
    private readonly bool _lifted;

    /// <param name="dimension">Elements of a vector.</param>
    /// <param name="metric">Of the index.</param>
    /// <param name="seed">Of the rotation.</param>
    /// <param name="mean">Of the rotated vectors; as many elements as <see cref="RotatedDimension"/> says.</param>
    /// <param name="deviation">Standard deviation of a rotated coordinate.</param>
    /// <param name="radius">R above; 0 unless the metric is inner product.</param>
    public TraversalCodec(int dimension, Metric metric, long seed, ReadOnlySpan<float> mean, float deviation, float radius)
        : base(dimension > MaxByteDimensions ? CodeForm.Nibbles : CodeForm.Bytes, WidthOf(dimension, metric))
    {
        Dimension = dimension;
        Metric = metric;
        Seed = seed;
        Deviation = deviation;
        Radius = radius;
        Mean = mean.ToArray();
        _lifted = metric == Metric.InnerProduct;
        _rotation = new RandomRotation(RotatedDimension(dimension, metric), seed);
        Kept = Math.Min(Width, _rotation.Dimension);
        // Level 15 stands at 120 of the query's steps; bytes use all 128.
        var top = UsesNibbles ? 120f : 127f;
        var range = Math.Max(2 * Deviations * deviation, 1e-37f);
        _scale = Math.Min(top / range, float.MaxValue);
        _offsets = new float[Kept];
        for (var i = 0; i < Kept; i++)
            _offsets[i] = (top / 2) - (mean[i] * _scale);
    }

    public int Dimension { get; }

    public Metric Metric { get; }

    public long Seed { get; }

    public float[] Mean { get; }

    public float Deviation { get; }

    public float Radius { get; }

    /// <summary>Coordinates of a code that carry something.</summary>
    public int Kept { get; }

    public static int RotatedDimension(int dimension, Metric metric) => metric == Metric.InnerProduct ? dimension + 1 : dimension;

    /// <summary>Fits mean and range to a sample; <paramref name="rows"/> is <c>[n, dimension]</c>, normalised under cosine.</summary>
    public static TraversalCodec Train(int dimension, Metric metric, long seed, ReadOnlySpan<float> rows)
    {
        var rotated = RotatedDimension(dimension, metric);
        var count = rows.Length / dimension;
        var radius = metric == Metric.InnerProduct && count > 0 ? (float)Math.Sqrt(SquaredLengths(rows, dimension) / count) : 0;
        var sums = new double[rotated];
        double squares = 0;
        for (var row = 0; row < count; row++)
        {
            var vector = rows.Slice(row * dimension, dimension);
            for (var i = 0; i < dimension; i++)
            {
                sums[i] += vector[i];
                squares += (double)vector[i] * vector[i];
            }
            if (metric == Metric.InnerProduct)
            {
                var lift = Lift(vector, radius);
                sums[dimension] += lift;
                squares += (double)lift * lift;
            }
        }
        var mean = new float[rotated];
        double meanSquare = 0;
        for (var i = 0; i < rotated && count > 0; i++)
        {
            mean[i] = (float)(sums[i] / count);
            meanSquare += sums[i] / count * (sums[i] / count);
        }
        // A rotation spreads the total variance evenly over the coordinates.
        var variance = count == 0 ? 0 : Math.Max(0, (squares / count) - meanSquare) / rotated;
        // A sample of one, or of equal vectors, has no spread: take the length as a guess.
        if (variance <= 1e-12 * meanSquare)
            variance = meanSquare / rotated;
        new RandomRotation(rotated, seed).Apply(mean, mean);
        return new TraversalCodec(dimension, metric, seed, mean, variance > 0 ? (float)Math.Sqrt(variance) : 1, radius);
    }

    public override SearchContext NewContext(int slots) => new VectorSearchContext(this, slots);

    /// <summary>Room that <see cref="EncodeQuery"/> and <see cref="EncodeRow"/> need to work in.</summary>
    public float[] NewWorkspace() => new float[RoundUp(Math.Max(_rotation.Dimension, Width), Group)];

    /// <summary>Whether queries of searches are multiplied with codes rather than compared.</summary>
    public bool MultipliesQueries => _lifted;

    /// <summary>A search's query: at the fine levels, or where it is multiplied −127…127 by its own largest element.</summary>
    /// <param name="vector">Length <see cref="Dimension"/>; normalised under cosine.</param>
    /// <param name="workspace">From <see cref="NewWorkspace"/>.</param>
    /// <param name="query"><see cref="NodeCodec.Width"/> bytes.</param>
    /// <returns>What products are subtracted from, so that distances are never negative; 0 where nothing is multiplied.</returns>
    public int EncodeQuery(ReadOnlySpan<float> vector, float[] workspace, byte* query)
    {
        vector.CopyTo(workspace);
        if (!_lifted)
        {
            ToLevels(workspace, query);
            return 0;
        }
        workspace[Dimension] = 0;
        var rotated = workspace.AsSpan(0, _rotation.Dimension);
        _rotation.Apply(rotated, rotated);
        var largest = 0f;
        for (var i = 0; i < Kept; i++)
            largest = Math.Max(largest, Math.Abs(rotated[i]));
        var scale = largest > 0 ? 127.0 / largest : 0;
        var sum = 0;
        for (var i = 0; i < Kept; i++)
        {
            var step = (int)Math.Round(rotated[i] * scale);
            query[i] = (byte)(sbyte)step;
            sum += Math.Abs(step);
        }
        new Span<byte>(query + Kept, Width - Kept).Clear();
        return sum * (UsesNibbles ? 15 : 127);
    }

    /// <summary>
    /// Where to begin looking for products: the query as if it were a row of usual length, at the fine levels. From elsewhere a walk along rising
    /// products ends at long rows of other directions. Parameters as in <see cref="EncodeQuery"/>.
    /// </summary>
    public void EncodeGuide(ReadOnlySpan<float> vector, float[] workspace, byte* query)
    {
        vector.CopyTo(workspace);
        // The root mean square length as well: in double, because what was left after squaring may be 0 or too much.
        double square = 0;
        foreach (var x in vector)
            square += (double)x * x;
        var factor = square > 0 ? (float)(Radius / Math.Sqrt(square)) : 0;
        foreach (ref var x in workspace.AsSpan(0, Dimension))
            x *= factor;
        workspace[Dimension] = 0;
        ToLevels(workspace, query);
    }

    /// <summary>A stored vector at the fine levels: what building compares with codes. Parameters as in <see cref="EncodeQuery"/>.</summary>
    public void EncodeRow(ReadOnlySpan<float> vector, float[] workspace, byte* query)
    {
        vector.CopyTo(workspace);
        if (_lifted)
            workspace[Dimension] = Lift(vector, Radius);
        ToLevels(workspace, query);
    }

    private static double SquaredLengths(ReadOnlySpan<float> rows, int dimension)
    {
        double sum = 0;
        for (var start = 0; start < rows.Length; start += dimension)
            sum += VectorMath.Dot(rows.Slice(start, dimension), rows.Slice(start, dimension));
        return sum;
    }

    private static float Lift(ReadOnlySpan<float> vector, float radius) =>
        MathF.Sqrt(Math.Max(0, (radius * radius) - VectorMath.Dot(vector, vector)));

    private static int WidthOf(int dimension, Metric metric)
    {
        // The last coordinate may be left out, but not where there is room.
        if (dimension > MaxByteDimensions)
            return RoundUp(dimension, Group);
        return RotatedDimension(dimension, metric) switch { <= 16 => 16, <= 32 => 32, _ => RoundUp(dimension, 64) };
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private void ToLevels(float[] workspace, byte* query)
    {
        _rotation.Apply(workspace.AsSpan(0, _rotation.Dimension), workspace.AsSpan(0, _rotation.Dimension));
        ref var source = ref MemoryMarshal.GetArrayDataReference(workspace);
        ref var offset = ref MemoryMarshal.GetArrayDataReference(_offsets);
        var i = 0;
        for (; i + Vector128<byte>.Count <= Kept; i += Vector128<byte>.Count)
        {
            var low = Vector128.Narrow(Steps(ref source, ref offset, i), Steps(ref source, ref offset, i + 4));
            var high = Vector128.Narrow(Steps(ref source, ref offset, i + 8), Steps(ref source, ref offset, i + 12));
            Vector128.Narrow(low, high).AsByte().Store(query + i);
        }
        for (; i < Kept; i++)
            query[i] = (byte)Math.Clamp((workspace[i] * _scale) + _offsets[i] + 0.5f, 0, 127);
        for (; i < Width; i++)
            query[i] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<int> Steps(ref float source, ref float offset, int i)
    {
        var steps = (Vector128.LoadUnsafe(ref source, (nuint)i) * _scale) + Vector128.LoadUnsafe(ref offset, (nuint)i) + Vector128.Create(0.5f);
        return Vector128.ConvertToInt32(Vector128.Min(Vector128.Max(steps, Vector128<float>.Zero), Vector128.Create(127f)));
    }
}
