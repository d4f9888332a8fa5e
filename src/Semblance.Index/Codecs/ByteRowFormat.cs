using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>
/// A vector as one byte an element between its own smallest and largest element: scalar quantisation with a range for each vector
/// (Aguerrebere et al., "Similarity search in the blink of an eye with compressed indices", VLDB 2023). A row is 16 bytes of
/// <see cref="ByteRowHeader"/>, then the codes, padded with zeros to a multiple of 16: dimension + 16 to 31 bytes.
/// An element is off by at most a step, range / 255, and by half of one but for what the mean of the codes is off.
/// </summary>
/// <remarks>
/// Distances are those to the decoded vectors, found without decoding. A vector is split as x = μ1 + x′: the mean of its elements,
/// and a rest that adds up to 0. Then <c>|q − x|² = d(ν − μ)² + |q′|² + |x′|² − 2q′·x′</c> and <c>q·x = dνμ + q′·x′</c>:
/// what vectors far from the origin have in common is subtracted first and cannot swallow their distances.
/// The query is coded as well, in up to 16 bits an element, so that q′·x′ is a sum of integers, exact and fast.
/// Where single elements have means of their own, far apart beside their spread, they stretch every range and cost resolution:
/// subtract such means before adding vectors.
/// </remarks>
internal sealed class ByteRowFormat : RowFormat<byte>
{
    private const int Padding = 16;
    private const int MaxCode = byte.MaxValue;
    private const int StackDimension = 1024;

    // Steps among the denormals would be rounded beyond use.
    private const float SmallestStep = 1.2e-38f;

    // With Σ|codes of the query| no larger, the products with codes of up to 255 add up to less than 2³¹, whatever the rounding.
    private const float MaxQuerySum = (int.MaxValue / MaxCode) - (1 << 17);

    private readonly Metric _metric;

    public ByteRowFormat(int dimension, Metric metric)
        : base(dimension)
    {
        _metric = metric;
        Codes = (dimension + Padding - 1) / Padding * Padding;
    }

    /// <summary>Codes of a row or of a prepared query with their padding.</summary>
    public int Codes { get; }

    public override int Width => ByteRowHeader.Size + Codes;

    public override int QueryWidth => ByteQueryHeader.Size + (Codes * sizeof(short));

    public override VectorStorage Storage => VectorStorage.Byte;

    public override void Encode(ReadOnlySpan<float> vector, Span<byte> row)
    {
        Span<float> shifted = vector.Length <= StackDimension ? stackalloc float[vector.Length] : new float[vector.Length];
        var low = TensorPrimitives.Min(vector);
        TensorPrimitives.Subtract(vector, low, shifted);
        var step = StepOf(TensorPrimitives.Max<float>(shifted) / MaxCode);
        // Whole numbers, as in SIFT descriptors and histograms, stay as they are where a byte holds them.
        if (step is > 0 and <= 1 && AreWhole(shifted))
            step = 1;
        var inverse = step > 0 ? 1 / step : 0;
        var codes = row.Slice(ByteRowHeader.Size, Codes);
        for (var i = 0; i < shifted.Length; i++)
            codes[i] = (byte)Math.Min(MaxCode, float.ConvertToIntegerNative<int>((shifted[i] * inverse) + 0.5f));
        codes[shifted.Length..].Clear();

        long codeSum = 0;
        foreach (var code in codes)
            codeSum += code;
        var meanCode = (double)codeSum / Dimension;
        var mean = low + ((double)TensorPrimitives.Sum<float>(shifted) / Dimension);
        var square = (double)step * step * (VectorMath.DotBytes(codes, codes) - (meanCode * codeSum));
        // Under cosine the decoded vector is given the length that the vector had: then its direction alone is rounded.
        var length = _metric == Metric.Cosine ? Math.Sqrt((Dimension * mean * mean) + square) : 1;
        var scale = length > 0 ? 1 / length : 1;
        ref var header = ref ByteRowHeader.Of(row);
        header.Step = (float)(step * scale);
        header.Base = (float)(step * scale * meanCode);
        header.Mean = (float)(mean * scale);
        header.Square = (float)(square * scale * scale);
    }

    public override void EncodeQuery(ReadOnlySpan<float> query, Span<byte> prepared)
    {
        Span<float> rest = query.Length <= StackDimension ? stackalloc float[query.Length] : new float[query.Length];
        // Sums of differences stay exact where sums of far elements would not.
        TensorPrimitives.Subtract(query, query[0], rest);
        var difference = TensorPrimitives.Sum<float>(rest) / Dimension;
        TensorPrimitives.Subtract(rest, difference, rest);
        var step = StepOf(Math.Max(
            MathF.Abs(TensorPrimitives.MaxMagnitude<float>(rest)) / (short.MaxValue - 1), TensorPrimitives.SumOfMagnitudes<float>(rest) / MaxQuerySum));
        var inverse = step > 0 ? 1 / step : 0;
        var codes = MemoryMarshal.Cast<byte, short>(prepared[ByteQueryHeader.Size..QueryWidth]);
        var (codeSum, squares) = Round(rest, inverse, codes);
        codes[rest.Length..].Clear();
        ref var header = ref ByteQueryHeader.Of(prepared);
        header.Step = step;
        header.Mean = (float)((double)query[0] + difference);
        header.Square = (float)((double)step * step * (squares - ((double)codeSum * codeSum / Dimension)));
        header.CodeSum = codeSum;
        header.Dimension = Dimension;
    }

    public override void Decode(ReadOnlySpan<byte> row, Span<float> vector)
    {
        ref readonly var header = ref ByteRowHeader.Of(row);
        var codes = row.Slice(ByteRowHeader.Size, Dimension);
        ref var code = ref MemoryMarshal.GetReference(codes);
        ref var element = ref MemoryMarshal.GetReference(vector);
        var i = 0;
        for (; i + Vector256<float>.Count <= codes.Length; i += Vector256<float>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref code, i))).AsByte()));
            var (lower, upper) = Vector256.Widen(Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32()));
            Vector256.Narrow(Decoded(lower, header), Decoded(upper, header)).StoreUnsafe(ref element, (nuint)i);
        }
        for (; i < codes.Length; i++)
            vector[i] = (float)((double)header.Mean + (((double)header.Step * codes[i]) - header.Base));
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
        if (_metric != Metric.L2)
            return -(float)(((double)Dimension * x.Mean * y.Mean) + cross);
        var means = (double)x.Mean - y.Mean;
        return (float)Math.Max(0, (Dimension * means * means) + (x.Square - cross) + (y.Square - cross));
    }

    public override string? Problem(ReadOnlySpan<byte> row, Metric metric)
    {
        ref readonly var header = ref ByteRowHeader.Of(row);
        if (!(header.Step >= 0) || !float.IsFinite(header.Step) || !float.IsFinite(header.Base) || !float.IsFinite(header.Mean) || !float.IsFinite(header.Square))
            return "its scale or mean is no finite number";
        if (row.Slice(ByteRowHeader.Size + Dimension, Codes - Dimension).ContainsAnyExcept((byte)0))
            return "its padding is not zero";
        var codes = row.Slice(ByteRowHeader.Size, Dimension);
        long codeSum = 0;
        foreach (var code in codes)
            codeSum += code;
        var expected = header.Step * ((double)codeSum / Dimension);
        if (Math.Abs(expected - header.Base) > (1e-5 * expected) + float.Epsilon)
            return "its mean is not that of its codes";
        var square = (double)header.Step * header.Step * (VectorMath.DotBytes(codes, codes) - ((double)codeSum * codeSum / Dimension));
        if (Math.Abs(square - header.Square) > (1e-4 * square) + float.Epsilon)
            return "its length is not that of its codes";
        return metric == Metric.Cosine ? RoundedRows.Problem(((double)Dimension * header.Mean * header.Mean) + square, metric) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Decoded(Vector256<double> codes, in ByteRowHeader header) =>
        Vector256.Create((double)header.Mean) + ((Vector256.Create((double)header.Step) * codes) - Vector256.Create((double)header.Base));

    // The nearest whole numbers, none beyond 32,767, with their sum and the sum of their squares.
    private static (long Sum, long Squares) Round(ReadOnlySpan<float> values, float factor, Span<short> codes)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var code = ref MemoryMarshal.GetReference(codes);
        var sums = Vector256<int>.Zero;
        var squares = Vector256<long>.Zero;
        var i = 0;
        for (; i + Vector256<short>.Count <= values.Length; i += Vector256<short>.Count)
        {
            var low = Vector256.ConvertToInt32Native(Vector256.Round(Vector256.LoadUnsafe(ref value, (nuint)i) * factor));
            var high = Vector256.ConvertToInt32Native(Vector256.Round(Vector256.LoadUnsafe(ref value, (nuint)(i + Vector256<int>.Count)) * factor));
            Vector256.Narrow(low, high).StoreUnsafe(ref code, (nuint)i);
            sums += low + high;
            // Below 2³¹: each square is below 2³⁰.
            var (lower, upper) = Vector256.Widen((low * low) + (high * high));
            squares += lower + upper;
        }
        var (sum, square) = ((long)Vector256.Sum(sums), Vector256.Sum(squares));
        for (; i < values.Length; i++)
        {
            var whole = float.ConvertToIntegerNative<int>(MathF.Round(values[i] * factor));
            codes[i] = (short)whole;
            sum += whole;
            square += whole * whole;
        }
        return (sum, square);
    }

    private static bool AreWhole(ReadOnlySpan<float> values)
    {
        foreach (var x in values)
        {
            if (x != MathF.Round(x))
                return false;
        }
        return true;
    }

    private static float StepOf(float step) => step >= SmallestStep ? step : 0;
}
