using Semblance.Index.Codecs;
using Semblance.Index.Scanning;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Codecs;

public sealed class ByteRowFormatTests
{
    public static TheoryData<Metric, int> Cases
    {
        get
        {
            var cases = new TheoryData<Metric, int>();
            foreach (var metric in VectorMetrics.All)
            {
                foreach (var dimension in new[] { 1, 2, 15, 16, 17, 33, 128, 700 })
                    cases.Add(metric, dimension);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoded_elements_are_within_half_a_step(Metric metric, int dimension)
    {
        var (format, rows, _) = Sample(metric, dimension, 0);
        var decoded = new float[dimension];
        for (var i = 0; i < rows.Rows; i++)
        {
            var vector = rows.Row(i);
            var row = Encoded(format, vector);
            format.Decode(row, decoded);
            var step = ByteRowHeader.Of(row).Step;
            // The mean is kept exactly, so the codes' own mean error of up to half a step comes on top.
            for (var j = 0; j < dimension; j++)
                Assert.InRange(Math.Abs(decoded[j] - vector[j]), 0, (1.001f * step) + 1e-6f);
            Assert.Null(format.Problem(row, metric));
        }
    }

    [Fact]
    public void Elements_and_sums_are_those_of_the_codes_at_every_length()
    {
        var random = new SeededRandom(3);
        for (var dimension = 1; dimension <= 70; dimension++)
        {
            var format = new ByteRowFormat(dimension, Metric.L2);
            var vector = new float[dimension];
            foreach (ref var x in vector.AsSpan())
                x = 3 + (float)random.NextGaussian();
            var row = Encoded(format, vector);
            var decoded = new float[dimension];
            format.Decode(row, decoded);
            var header = ByteRowHeader.Of(row);
            for (var i = 0; i < dimension; i++)
                Assert.Equal((float)((double)header.Mean + (((double)header.Step * row[ByteRowHeader.Size + i]) - header.Base)), decoded[i]);

            var prepared = new byte[format.QueryWidth];
            format.EncodeQuery(vector, prepared);
            var query = ByteQueryHeader.Of(prepared);
            var codes = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(prepared.AsSpan(ByteQueryHeader.Size)).ToArray();
            Assert.Equal(codes.Sum(code => (long)code), query.CodeSum);
            var squares = codes.Sum(code => (long)code * code);
            Assert.Equal((float)((double)query.Step * query.Step * (squares - ((double)query.CodeSum * query.CodeSum / dimension))), query.Square);
            for (var i = 0; i < dimension; i++)
                Assert.InRange(vector[i] - query.Mean - (query.Step * codes[i]), (-0.51f * query.Step) - 1e-6f, (0.51f * query.Step) + 1e-6f);
            Assert.All(codes[dimension..], code => Assert.Equal(0, code));
        }
    }

    [Fact]
    public void Whole_numbers_that_a_byte_holds_stay_as_they_are()
    {
        var format = new ByteRowFormat(128, Metric.L2);
        var random = new SeededRandom(1);
        var vector = new float[128];
        foreach (ref var x in vector.AsSpan())
            x = random.NextInt(200) - 40;
        var row = new byte[format.Width];
        format.Encode(vector, row);
        Assert.Equal(1, ByteRowHeader.Of(row).Step);
        var decoded = new float[128];
        format.Decode(row, decoded);
        for (var i = 0; i < vector.Length; i++)
            Assert.Equal(vector[i], decoded[i], 1e-4f);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keys_are_distances_to_the_decoded_vectors(Metric metric, int dimension)
    {
        foreach (var offset in new[] { 0f, 1000f })
        {
            var (format, rows, queries) = Sample(metric, dimension, metric == Metric.Cosine ? 0 : offset);
            var packed = new byte[format.Width * rows.Rows];
            var decoded = new Matrix(rows.Rows, dimension);
            for (var i = 0; i < rows.Rows; i++)
            {
                var row = packed.AsSpan(i * format.Width, format.Width);
                format.Encode(rows.Row(i), row);
                format.Decode(row, decoded.Row(i));
            }
            var keys = new float[rows.Rows];
            var prepared = new byte[format.QueryWidth];
            for (var q = 0; q < queries.Rows; q++)
            {
                format.EncodeQuery(queries.Row(q), prepared);
                Keys(metric, prepared, packed, keys);
                for (var i = 0; i < rows.Rows; i++)
                    AssertNear(metric, queries.Row(q), decoded.Row(i), keys[i], offset == 0 ? 5e-5 : 1e-3);
            }
            for (var a = 0; a < rows.Rows; a++)
            {
                for (var b = 0; b < rows.Rows; b++)
                {
                    ReadOnlySpan<byte> x = packed.AsSpan(a * format.Width, format.Width), y = packed.AsSpan(b * format.Width, format.Width);
                    AssertNear(metric, decoded.Row(a), decoded.Row(b), format.Key(x, y), offset == 0 ? 2e-5 : 1e-3);
                    Assert.Equal(format.Key(x, y), format.Key(y, x));
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void Neighbours_survive_the_code_far_from_the_origin(float offset)
    {
        const int Dimension = 64, Count = 400, K = 10;
        var random = new SeededRandom(5);
        var rows = new Matrix(Count, Dimension);
        foreach (ref var x in rows.Span)
            x = offset + (float)random.NextGaussian();
        var format = new ByteRowFormat(Dimension, Metric.L2);
        var packed = new byte[format.Width * Count];
        for (var i = 0; i < Count; i++)
            format.Encode(rows.Row(i), packed.AsSpan(i * format.Width, format.Width));
        var prepared = new byte[format.QueryWidth];
        var keys = new float[Count];
        var found = 0;
        for (var q = 0; q < 50; q++)
        {
            format.EncodeQuery(rows.Row(q), prepared);
            ByteL2Rows.Keys(prepared, packed, keys);
            var truth = Enumerable.Range(0, Count).OrderBy(i => Truth(Metric.L2, rows.Row(q), rows.Row(i))).Take(K).ToHashSet();
            found += Enumerable.Range(0, Count).OrderBy(i => keys[i]).Take(K).Count(truth.Contains);
        }
        Assert.InRange(found / (50.0 * K), 0.97, 1);
    }

    [Fact]
    public void A_key_does_not_depend_on_where_its_row_stands()
    {
        var (format, rows, queries) = Sample(Metric.L2, 40, 3);
        var prepared = new byte[format.QueryWidth];
        format.EncodeQuery(queries.Row(0), prepared);
        var packed = new byte[format.Width * rows.Rows];
        for (var i = 0; i < rows.Rows; i++)
            format.Encode(rows.Row(i), packed.AsSpan(i * format.Width, format.Width));
        var keys = new float[rows.Rows];
        ByteL2Rows.Keys(prepared, packed, keys);
        var alone = new float[1];
        for (var i = 0; i < rows.Rows; i++)
        {
            ByteL2Rows.Keys(prepared, packed.AsSpan(i * format.Width, format.Width), alone);
            Assert.Equal(alone[0], keys[i]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7.25f)]
    [InlineData(1e-44f)]
    [InlineData(1e18f)]
    public void Constant_vectors_have_no_step_and_keep_their_value(float value)
    {
        var format = new ByteRowFormat(20, Metric.L2);
        var vector = new float[20];
        Array.Fill(vector, value);
        var row = Encoded(format, vector);
        var decoded = new float[20];
        format.Decode(row, decoded);
        Assert.All(decoded, x => Assert.Equal(value, x));
        var prepared = new byte[format.QueryWidth];
        format.EncodeQuery(vector, prepared);
        var key = new float[1];
        ByteL2Rows.Keys(prepared, row, key);
        Assert.Equal(0, key[0]);
        Assert.Equal(0, format.Key(row, row));
    }

    [Theory]
    [InlineData(1e-43f)]
    [InlineData(1e-20f)]
    [InlineData(1e18f)]
    public void Very_short_and_very_long_vectors_have_finite_keys_that_are_no_less_than_zero(float scale)
    {
        var format = new ByteRowFormat(8, Metric.L2);
        float[] vector = [scale, -scale, scale / 2, 0, scale, scale, -scale, -scale];
        float[] opposite = [.. vector.Select(x => -x)];
        var row = Encoded(format, vector);
        var prepared = new byte[format.QueryWidth];
        format.EncodeQuery(opposite, prepared);
        var key = new float[1];
        ByteL2Rows.Keys(prepared, row, key);
        var truth = Truth(Metric.L2, vector, opposite);
        Assert.Equal(truth, key[0], (0.02 * truth) + float.Epsilon);
        Assert.True(float.IsFinite(format.Key(row, Encoded(format, opposite))));
    }

    [Fact]
    public void Under_cosine_a_row_has_the_length_of_its_vector()
    {
        var (format, rows, _) = Sample(Metric.Cosine, 100, 0);
        var decoded = new float[100];
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = Encoded(format, rows.Row(i));
            format.Decode(row, decoded);
            Assert.Equal(1, VectorMath.Dot(decoded, decoded), 1e-5f);
            Assert.Equal(-1, format.Key(row, row), 1e-5f);
        }
        Assert.All(Encoded(format, new float[100]), x => Assert.Equal(0, x));
    }

    [Fact]
    public void The_longest_queries_do_not_overflow()
    {
        const int Dimension = VectorIndex.MaxDimension;
        var format = new ByteRowFormat(Dimension, Metric.InnerProduct);
        // Half of the elements up, half down: every product has the same sign. So many leave 7 bits to an element of the query.
        var vector = new float[Dimension];
        for (var i = 0; i < Dimension; i++)
            vector[i] = i % 2 == 0 ? 1 : -1;
        var row = Encoded(format, vector);
        var prepared = new byte[format.QueryWidth];
        format.EncodeQuery(vector, prepared);
        var key = new float[1];
        ByteInnerProductRows.Keys(prepared, row, key);
        Assert.Equal(-Dimension, key[0], Dimension * 0.005f);
        Assert.Equal(-Dimension, format.Key(row, row), Dimension * 0.005f);
    }

    [Fact]
    public void Rows_that_no_vector_gives_are_told()
    {
        var format = new ByteRowFormat(10, Metric.L2);
        var sound = Encoded(format, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
        Assert.Null(format.Problem(sound, Metric.L2));
        Assert.NotNull(format.Problem(Changed(row => ByteRowHeader.Of(row.AsSpan()).Step = float.NaN), Metric.L2));
        Assert.NotNull(format.Problem(Changed(row => ByteRowHeader.Of(row.AsSpan()).Step = -1), Metric.L2));
        Assert.NotNull(format.Problem(Changed(row => ByteRowHeader.Of(row.AsSpan()).Square = float.PositiveInfinity), Metric.L2));
        Assert.NotNull(format.Problem(Changed(row => ByteRowHeader.Of(row.AsSpan()).Base *= 1.01f), Metric.L2));
        Assert.NotNull(format.Problem(Changed(row => ByteRowHeader.Of(row.AsSpan()).Square *= 1.01f), Metric.L2));
        Assert.NotNull(format.Problem(Changed(row => row[^1] = 1), Metric.L2));
        Assert.NotNull(format.Problem(sound, Metric.Cosine));

        byte[] Changed(Action<byte[]> change)
        {
            byte[] row = [.. sound];
            change(row);
            return row;
        }
    }

    private static (ByteRowFormat Format, Matrix Rows, Matrix Queries) Sample(Metric metric, int dimension, float offset)
    {
        var random = new SeededRandom(dimension);
        return (new ByteRowFormat(dimension, metric), Rows(37), Rows(5));

        Matrix Rows(int count)
        {
            var rows = new Matrix(count, dimension);
            foreach (ref var x in rows.Span)
                x = offset + (float)random.NextGaussian();
            for (var i = 0; metric == Metric.Cosine && i < count; i++)
                VectorMath.NormalizeL2(rows.Row(i));
            return rows;
        }
    }

    private static byte[] Encoded(ByteRowFormat format, ReadOnlySpan<float> vector)
    {
        var row = new byte[format.Width];
        format.Encode(vector, row);
        return row;
    }

    private static void Keys(Metric metric, ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<float> keys)
    {
        switch (metric)
        {
            case Metric.L2:
                ByteL2Rows.Keys(query, rows, keys);
                break;
            case Metric.Cosine:
                ByteCosineRows.Keys(query, rows, keys);
                break;
            default:
                ByteInnerProductRows.Keys(query, rows, keys);
                break;
        }
    }

    // Relative to the lengths that enter, after what the vectors have in common has been taken away.
    private static void AssertNear(Metric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> row, float key, double tolerance)
    {
        var truth = Truth(metric, query, row);
        double scale = 0;
        for (var i = 0; i < query.Length; i++)
            scale += metric == Metric.L2 ? 2 + Math.Pow((double)query[i] - row[i], 2) : Math.Abs((double)query[i] * row[i]);
        Assert.InRange(key - truth, -tolerance * (scale + 0.1), tolerance * (scale + 0.1));
    }

    private static double Truth(Metric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        double sum = 0;
        for (var i = 0; i < query.Length; i++)
            sum += metric == Metric.L2 ? Math.Pow((double)query[i] - row[i], 2) : -(double)query[i] * row[i];
        return sum;
    }
}
