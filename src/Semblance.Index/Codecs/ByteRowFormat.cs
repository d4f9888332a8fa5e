using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>
/// A vector as one byte an element between its own smallest and largest element: scalar quantisation with a range for each vector
/// (Aguerrebere et al., "Similarity search in the blink of an eye with compressed indices", VLDB 2023). The error of an element is at
/// most half a step, range / 510. A row is 16 bytes of <see cref="ByteRowHeader"/>, then the codes, padded with zeros to a multiple
/// of 16: dimension + 16 to 31 bytes.
/// </summary>
/// <remarks>
/// Distances are those between decoded vectors, found without decoding. Every vector x is split as x = m + μ1 + x′: the centre m of
/// the index, the mean μ of what is left, and a rest that adds up to 0. Then
/// <c>|q − x|² = d(ν − μ)² + |q′|² + |x′|² − 2q′·x′</c> and <c>q·x = q·m + dνμ + q′·x′</c>, in which the large parts that
/// data far from the origin have in common are subtracted from each other first, so that they cannot swallow the small ones.
/// The query is coded as well, in at most 16 bits an element, so that q′·x′ is a sum of integers: exact and equal on every machine.
/// A centre is of use where elements have different means, because a vector's range then covers the vector's own spread only.
/// </remarks>
internal sealed class ByteRowFormat : RowFormat<byte>
{
    private const int Padding = 16;
    private const int MaxCode = byte.MaxValue;

    // With Σ|codes of the query| no larger, the products with codes of up to 255 add up to less than 2³¹, whatever the rounding.
    private const double MaxQuerySum = (int.MaxValue / MaxCode) - (1 << 17);

    private readonly float[]? _center;

    /// <param name="dimension">Elements of a vector, at most <see cref="VectorIndex.MaxDimension"/>.</param>
    /// <param name="metric">What rows and queries carry beside their codes depends on it.</param>
    /// <param name="center">What is subtracted from vectors before they are coded, such as their mean; null for the origin.</param>
    public ByteRowFormat(int dimension, Metric metric, float[]? center = null)
        : base(dimension)
    {
        if (center is not null && center.Length != dimension)
            throw new ArgumentException($"The centre has dimension {center.Length} and the vectors have dimension {dimension}.", nameof(center));
        Metric = metric;
        _center = center;
        Codes = (dimension + Padding - 1) / Padding * Padding;
    }

    public Metric Metric { get; }

    /// <summary>Codes of a row or of a prepared query with their padding.</summary>
    public int Codes { get; }

    public override int Width => ByteRowHeader.Size + Codes;

    public override int QueryWidth => ByteQueryHeader.Size + (Codes * sizeof(short));

    public override VectorStorage Storage => VectorStorage.Byte;

    private ReadOnlySpan<float> Center => _center;

    public override void Encode(ReadOnlySpan<float> vector, Span<byte> row)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        double sum = 0;
        var whole = true;
        for (var i = 0; i < vector.Length; i++)
        {
            var x = Centered(vector, i);
            low = MathF.Min(low, x);
            high = MathF.Max(high, x);
            whole &= x == MathF.Round(x);
            sum += x;
        }
        // In double: the range of the longest vectors that are taken may exceed float32's.
        var step = (float)(((double)high - low) / MaxCode);
        // Whole numbers, as in SIFT descriptors and histograms, stay as they are where a byte holds them.
        if (whole && step is > 0 and <= 1)
            step = 1;
        var inverse = step > 0 ? 1.0 / step : 0;
        var codes = row.Slice(ByteRowHeader.Size, Codes);
        long codeSum = 0, squares = 0;
        for (var i = 0; i < vector.Length; i++)
        {
            var code = (int)Math.Min(MaxCode, Math.Round((Centered(vector, i) - (double)low) * inverse));
            codes[i] = (byte)code;
            codeSum += code;
            squares += code * code;
        }
        codes[vector.Length..].Clear();
        var meanCode = (double)codeSum / Dimension;
        ref var header = ref ByteRowHeader.Of(row);
        header.Step = step;
        header.Base = (float)(step * meanCode);
        header.Mean = (float)(sum / Dimension);
        header.Extra = Metric == Metric.L2
            ? (float)((double)step * step * (squares - (meanCode * codeSum)))
            : _center is null ? 0 : ProductWithCenter(row);
    }

    public override void Decode(ReadOnlySpan<byte> row, Span<float> vector)
    {
        ref readonly var header = ref ByteRowHeader.Of(row);
        var codes = row.Slice(ByteRowHeader.Size, Dimension);
        for (var i = 0; i < codes.Length; i++)
            vector[i] = (float)((double)header.Mean + (((double)header.Step * codes[i]) - header.Base) + (_center is null ? 0 : _center[i]));
    }

    public override void EncodeQuery(ReadOnlySpan<float> query, Span<byte> prepared)
    {
        // Inner products want the query as it is; distances want it where the rows are.
        var centered = Metric == Metric.L2;
        double sum = 0, product = 0;
        for (var i = 0; i < query.Length; i++)
        {
            sum += centered ? Centered(query, i) : query[i];
            if (!centered && _center is not null)
                product += (double)query[i] * _center[i];
        }
        var mean = sum / Dimension;
        double largest = 0, total = 0;
        for (var i = 0; i < query.Length; i++)
        {
            var x = Math.Abs((centered ? Centered(query, i) : query[i]) - mean);
            largest = Math.Max(largest, x);
            total += x;
        }
        var step = (float)Math.Max(largest / (short.MaxValue - 1), total / MaxQuerySum);
        var inverse = step > 0 ? 1.0 / step : 0;
        var codes = MemoryMarshal.Cast<byte, short>(prepared[ByteQueryHeader.Size..QueryWidth]);
        long codeSum = 0, squares = 0;
        for (var i = 0; i < query.Length; i++)
        {
            // Only a step among the denormals is rounded enough to exceed the range.
            var code = (int)Math.Clamp(Math.Round(((centered ? Centered(query, i) : query[i]) - mean) * inverse), -short.MaxValue, short.MaxValue);
            codes[i] = (short)code;
            codeSum += code;
            squares += code * code;
        }
        codes[query.Length..].Clear();
        ref var header = ref ByteQueryHeader.Of(prepared);
        header.Step = step;
        header.Mean = (float)mean;
        header.CodeSum = codeSum;
        header.Dimension = Dimension;
        header.Constant = (float)(centered
            ? (double)step * step * (squares - ((double)codeSum * codeSum / Dimension))
            : product);
    }

    /// <summary>
    /// The key of two rows as <see cref="Scanning.ByteL2Rows"/> and its siblings give it for a query and a row: symmetric, and without
    /// the rounding of a query.
    /// </summary>
    public float Key(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        ref readonly var x = ref ByteRowHeader.Of(a);
        ref readonly var y = ref ByteRowHeader.Of(b);
        var dot = VectorMath.DotBytes(a.Slice(ByteRowHeader.Size, Codes), b.Slice(ByteRowHeader.Size, Codes));
        var cross = ((double)x.Step * y.Step * dot) - ((double)Dimension * x.Base * y.Base);
        if (Metric == Metric.L2)
        {
            var means = (double)x.Mean - y.Mean;
            return (float)Math.Max(0, (Dimension * means * means) + (x.Extra - cross) + (y.Extra - cross));
        }
        return -(float)(SquaredCenter() + x.Extra + y.Extra + ((double)Dimension * x.Mean * y.Mean) + cross);
    }

    public override string? Problem(ReadOnlySpan<byte> row, Metric metric)
    {
        ref readonly var header = ref ByteRowHeader.Of(row);
        if (!(header.Step >= 0) || !float.IsFinite(header.Step) || !float.IsFinite(header.Base) || !float.IsFinite(header.Mean) || !float.IsFinite(header.Extra))
            return "its scale or mean is no finite number";
        if (row.Slice(ByteRowHeader.Size + Dimension, Codes - Dimension).ContainsAnyExcept((byte)0))
            return "its padding is not zero";
        long codeSum = 0;
        foreach (var code in row.Slice(ByteRowHeader.Size, Dimension))
            codeSum += code;
        var expected = header.Step * ((double)codeSum / Dimension);
        return Math.Abs(expected - header.Base) > 1e-5 * expected ? "its mean is not that of its codes" : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Centered(ReadOnlySpan<float> vector, int i) => _center is null ? vector[i] : vector[i] - _center[i];

    private float ProductWithCenter(ReadOnlySpan<byte> row)
    {
        ref readonly var header = ref ByteRowHeader.Of(row);
        double product = 0;
        for (var i = 0; i < Dimension; i++)
            product += (header.Mean + (((double)header.Step * row[ByteRowHeader.Size + i]) - header.Base)) * _center![i];
        return (float)product;
    }

    private double SquaredCenter() => VectorMath.Dot(Center, Center);
}
