using Semblance.Numerics.Activations;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Numerics.Tests.Products;

/// <summary>Against a plain triple loop in double, at every width and for both element types.</summary>
public sealed unsafe class MatrixMultiplyTests
{
    private const double Untouched = 12345;

    public static TheoryData<string> Widths => [.. SimdWidth<float>.Available.Select(width => width.Name)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Small_shapes_of_every_size_agree_with_a_plain_loop(string width)
    {
        var random = new SeededRandom(1);
        for (var rows = 1; rows <= 27; rows += 1 + random.NextInt(2))
        {
            for (var columns = 1; columns <= 70; columns += 1 + random.NextInt(5))
                CheckBoth(width, random, new Shape(rows, columns, random.NextInt(40)));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Larger_shapes_cross_every_block_border(string width)
    {
        var random = new SeededRandom(2);
        foreach (var shape in new Shape[] { new(97, 65, 520), new(800, 33, 17), new(13, 300, 257), new(1, 1000, 300), new(150, 16, 513), new(100, 24, 144) })
            CheckBoth(width, random, shape);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_long_depth_is_summed_in_parts(string width)
    {
        var random = new SeededRandom(3);
        Assert.True(MatrixMultiply<float>.ScratchLength(new MatrixTerms<float> { Rows = 20, Columns = 40, Depth = 7000 }) > 0);
        CheckBoth(width, random, new Shape(20, 40, 7000));
        CheckBoth(width, random, new Shape(3, 5, 4097));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Batches_are_products_of_their_own(string width)
    {
        var random = new SeededRandom(4);
        for (var round = 0; round < 10; round++)
            CheckBoth(width, random, new Shape(1 + random.NextInt(40), 1 + random.NextInt(40), random.NextInt(40), Batch: 2 + random.NextInt(5)));
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        var random = new SeededRandom(5);
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        foreach (var shape in new Shape[] { new(500, 70, 300), new(70, 500, 300), new(40, 40, 9000), new(130, 130, 130, Batch: 3) })
        {
            var layout = new Layout(random, shape);
            var (a, b) = (Numbers<float>(random, layout.ALength), Numbers<float>(random, layout.BLength));
            var (first, second) = (new float[layout.CLength], new float[layout.CLength]);
            Multiply(a, b, first, shape, layout, accumulate: false, SimdWidth<float>.Chosen, one, default(NoEpilogue<float>));
            Multiply(a, b, second, shape, layout, accumulate: false, SimdWidth<float>.Chosen, two, default(NoEpilogue<float>));
            Assert.True(first.AsSpan().SequenceEqual(second));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Bias_and_activation_are_applied_once_to_whole_sums(string width)
    {
        var random = new SeededRandom(6);
        using var team = new WorkerTeam(2);
        foreach (var shape in new Shape[] { new(30, 45, 600), new(25, 7, 0), new(100, 33, 20) })
        {
            var layout = new Layout(random, shape);
            var (a, b) = (Numbers<float>(random, layout.ALength), Numbers<float>(random, layout.BLength));
            var bias = Numbers<float>(random, shape.Columns);
            var (plain, finished) = (new float[layout.CLength], new float[layout.CLength]);
            var simd = SimdWidth<float>.Available.Single(one => one.Name == width);
            Multiply(a, b, plain, shape, layout, accumulate: false, simd, team, default(NoEpilogue<float>));
            fixed (float* pointer = bias)
                Multiply(a, b, finished, shape, layout, accumulate: false, simd, team, new BiasActivation<float, ReluFunction>(pointer, default));
            for (var i = 0; i < shape.Rows; i++)
            {
                for (var j = 0; j < shape.Columns; j++)
                    Assert.Equal(Math.Max(plain[(i * layout.CRow) + j] + bias[j], 0), finished[(i * layout.CRow) + j]);
            }
        }
    }

    private static void CheckBoth(string width, SeededRandom random, Shape shape)
    {
        using var team = new WorkerTeam(1);
        Check<float>(width, random, shape, team, 2e-6);
        Check<double>(width, random, shape, team, 1e-14);
    }

    private static void Check<T>(string width, SeededRandom random, Shape shape, WorkerTeam team, double tolerance)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        var layout = new Layout(random, shape);
        var (a, b, c) = (Numbers<T>(random, layout.ALength), Numbers<T>(random, layout.BLength), Numbers<T>(random, layout.CLength));
        for (var i = 0; i < c.Length; i++)
        {
            if (i % layout.CRow >= shape.Columns)
                c[i] = T.CreateChecked(Untouched);
        }
        var before = (T[])c.Clone();
        var accumulate = random.NextInt(2) == 0;
        Multiply(a, b, c, shape, layout, accumulate, SimdWidth<T>.Available.Single(one => one.Name == width), team, default(NoEpilogue<T>));
        for (var batch = 0; batch < shape.Batch; batch++)
        {
            for (var i = 0; i < shape.Rows; i++)
            {
                var row = (batch * layout.CBatch) + (i * layout.CRow);
                for (var j = 0; j < layout.CRow; j++)
                {
                    if (j >= shape.Columns)
                    {
                        Assert.Equal(Untouched, double.CreateChecked(c[row + j]));
                        continue;
                    }
                    var sum = accumulate ? double.CreateChecked(before[row + j]) : 0;
                    for (var k = 0; k < shape.Depth; k++)
                        sum += double.CreateChecked(a[(batch * layout.ABatch) + (i * layout.ARow) + (k * layout.AColumn)]) * double.CreateChecked(b[(batch * layout.BBatch) + (k * layout.BRow) + (j * layout.BColumn)]);
                    Assert.Equal(sum, double.CreateChecked(c[row + j]), tolerance * (shape.Depth + 10));
                }
            }
        }
    }

    private static void Multiply<T, TEpilogue>(T[] a, T[] b, T[] c, Shape shape, Layout layout, bool accumulate, SimdWidth<T> width, WorkerTeam team, TEpilogue epilogue)
        where T : unmanaged
        where TEpilogue : struct, IProductEpilogue<T>
    {
        fixed (T* pa = a, pb = b, pc = c)
        {
            var terms = new MatrixTerms<T>
            {
                Rows = shape.Rows,
                Columns = shape.Columns,
                Depth = shape.Depth,
                A = pa,
                ARow = layout.ARow,
                AColumn = layout.AColumn,
                B = pb,
                BRow = layout.BRow,
                BColumn = layout.BColumn,
                C = pc,
                CRow = layout.CRow,
                Accumulate = accumulate,
                Batch = shape.Batch,
                ABatch = layout.ABatch,
                BBatch = layout.BBatch,
                CBatch = layout.CBatch,
            };
            fixed (T* scratch = new T[MatrixMultiply<T>.ScratchLength(terms)])
                MatrixMultiply<T>.Run(terms, epilogue, width, team, scratch);
        }
    }

    private static T[] Numbers<T>(SeededRandom random, int count)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        var numbers = new T[count];
        foreach (ref var number in numbers.AsSpan())
            number = T.CreateChecked((random.NextInt(2001) - 1000) / 1000.0);
        return numbers;
    }

    private sealed record Shape(int Rows, int Columns, int Depth, int Batch = 1);

    /// <summary>Factors as they are, transposed, or every second element of something wider; rows of C with a gap.</summary>
    private sealed class Layout
    {
        public Layout(SeededRandom random, Shape shape)
        {
            (ARow, AColumn, ABatch) = Strides(random, shape.Rows, shape.Depth);
            (BRow, BColumn, BBatch) = Strides(random, shape.Depth, shape.Columns);
            CRow = shape.Columns + random.NextInt(4);
            CBatch = shape.Rows * CRow;
            (ALength, BLength, CLength) = (shape.Batch * ABatch, shape.Batch * BBatch, shape.Batch * CBatch);
        }

        public int ARow { get; }

        public int AColumn { get; }

        public int ABatch { get; }

        public int BRow { get; }

        public int BColumn { get; }

        public int BBatch { get; }

        public int CRow { get; }

        public int CBatch { get; }

        public int ALength { get; }

        public int BLength { get; }

        public int CLength { get; }

        private static (int Row, int Column, int Batch) Strides(SeededRandom random, int rows, int columns) => random.NextInt(4) switch
        {
            0 => (columns, 1, rows * columns),
            1 => (columns + 3, 1, rows * (columns + 3)),
            2 => (1, rows, rows * columns),
            _ => (2 * columns, 2, 2 * rows * columns),
        };
    }
}
