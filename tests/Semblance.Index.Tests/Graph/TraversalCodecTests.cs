using Semblance.Index.Graph;
using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Graph;

public sealed unsafe class TraversalCodecTests
{
    public static TheoryData<Metric, int> Cases
    {
        get
        {
            var cases = new TheoryData<Metric, int>();
            foreach (var metric in VectorMetrics.All)
            {
                foreach (var dimension in new[] { 1, 3, 16, 17, 32, 48, 64, 65, 96, 128, 200, 300 })
                    cases.Add(metric, dimension);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Distances_of_codes_follow_those_of_the_vectors(Metric metric, int dimension)
    {
        const int Rows = 400;
        var rows = NaiveVectors.Gaussian(Rows, dimension, 1);
        var queries = NaiveVectors.Gaussian(10, dimension, 2);
        // Lengths differ, which only inner products may feel.
        var random = new SeededRandom(3);
        for (var row = 0; row < Rows; row++)
        {
            if (metric == Metric.Cosine)
                VectorMath.NormalizeL2(rows.Row(row));
            else if (metric == Metric.InnerProduct)
                Scale(rows.Row(row), 0.5f + random.NextSingle());
        }
        var naive = new NaiveVectors(metric);
        for (var row = 0; row < Rows; row++)
            naive.Rows[row] = rows.Row(row).ToArray();
        var codec = TraversalCodec.Train(dimension, metric, 4, rows.Span);
        var codes = new byte[Rows * codec.CodeBytes];
        var query = new byte[codec.Width];
        var workspace = codec.NewWorkspace();
        var indexes = Enumerable.Range(0, Rows).ToArray();
        var distances = new int[Rows];
        double correlation = 0;
        fixed (byte* c = codes)
        fixed (byte* q = query)
        fixed (int* i = indexes)
        fixed (int* d = distances)
        {
            for (var row = 0; row < Rows; row++)
            {
                codec.EncodeRow(rows.Row(row), workspace, q);
                codec.Pack(q, c + (row * codec.CodeBytes));
            }
            for (var n = 0; n < queries.Rows; n++)
            {
                if (metric == Metric.Cosine)
                    VectorMath.NormalizeL2(queries.Row(n));
                var bias = codec.EncodeQuery(queries.Row(n), workspace, q);
                if (codec.MultipliesQueries)
                    codec.Products(q, c, i, Rows, bias, d);
                else
                    codec.Distances(q, c, i, Rows, d);
                Assert.InRange(distances.Min(), 0, int.MaxValue);
                var expected = new double[Rows];
                for (var row = 0; row < Rows; row++)
                {
                    var distance = naive.Distance(queries.Row(n), row);
                    expected[row] = metric == Metric.L2 ? distance * distance : distance;
                }
                correlation += Correlation(expected, distances) / queries.Rows;
            }
        }
        // 16 levels over 5.4 deviations: a coordinate's error has 1 % of its variance. A byte a dimension leaves hardly any.
        Assert.InRange(correlation, dimension >= 64 ? 0.97 : 0.985, 1);
    }

    [Fact]
    public void Unpacked_code_is_at_distance_zero_from_itself()
    {
        foreach (var dimension in new[] { 20, 64, 70, 128, 129, 256 })
        {
            var rows = NaiveVectors.Gaussian(50, dimension, 5);
            var codec = TraversalCodec.Train(dimension, Metric.L2, 6, rows.Span);
            var code = new byte[codec.CodeBytes];
            var query = new byte[codec.Width];
            var workspace = codec.NewWorkspace();
            var zero = 0;
            var distances = new int[4];
            fixed (byte* c = code)
            fixed (byte* q = query)
            fixed (int* d = distances)
            {
                for (var row = 0; row < rows.Rows; row++)
                {
                    codec.EncodeRow(rows.Row(row), workspace, q);
                    codec.Pack(q, c);
                    codec.Unpack(c, q);
                    codec.Distances(q, c, &zero, 1, d);
                    Assert.Equal(0, d[0]);
                }
            }
        }
    }

    [Fact]
    public void Equal_and_extreme_vectors_are_taken()
    {
        foreach (var value in new[] { 0f, 1e-30f, 1f, 9e17f })
        {
            var rows = new float[3 * 70];
            Array.Fill(rows, value);
            var codec = TraversalCodec.Train(70, Metric.L2, 7, rows);
            var query = new byte[codec.Width];
            fixed (byte* q = query)
                codec.EncodeQuery(rows.AsSpan(0, 70), codec.NewWorkspace(), q);
            Assert.All(query, step => Assert.InRange(step, 0, 127));
        }
    }

    private static void Scale(Span<float> vector, float factor)
    {
        foreach (ref var x in vector)
            x *= factor;
    }

    private static double Correlation(double[] a, int[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        double ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.Sqrt(aa * bb);
    }
}
