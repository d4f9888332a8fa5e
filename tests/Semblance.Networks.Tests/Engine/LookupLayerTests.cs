using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>Rows by their numbers: <see cref="Gather"/> and <see cref="Embedding"/>.</summary>
public sealed class LookupLayerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(-2)]
    public void Gather_passes_every_check(int axis)
    {
        LayerCheck.All(() => new Gather(axis), [[4, 5, 7], [2, 3]], Indexes(from: 1, below: 4), [true, false]);
        LayerCheck.All(() => new Gather(axis), [[4, 5, 4, 6], [7]], Indexes(from: 1, below: 4), [true, false]);
    }

    [Fact]
    public void Gather_shares_wide_rows_out_over_threads()
        => LayerCheck.Threads(LayerCheck.Single(new Gather(), [9, 3000], [50]), Indexes(from: 1, below: 9), [true, false]);

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void Embedding_passes_every_check(int? padding)
    {
        LayerCheck.All(() => new Embedding(6, 7), [[3, 5]], Indexes(from: 0, below: 6), [false]);
        LayerCheck.All(() => new Embedding(6, 7), [[3]], Indexes(from: 0, below: 6), [false]);
        LayerCheck.All(() => new Embedding(6, 3), [[2, 3, 2]], Indexes(from: 0, below: 6), [false]);
        LayerCheck.SinglePrecision(LayerCheck.Single(new Embedding(6, 7) { PaddingIndex = padding }, [3, 5]), Indexes(from: 0, below: 6), [false]);
    }

    [Fact]
    public void Padding_is_zeros_and_is_not_trained()
    {
        var layer = new Embedding(4, 3) { PaddingIndex = 2 };
        var network = LayerCheck.Single(layer, [1, 3]);
        using var run = network.Prepare(1, new RunOptions { Training = true });
        new float[] { 2, 0, 2 }.CopyTo(run.Input("in0").Span);
        run.Forward();
        Assert.Equal([0, 0, 0], run.Output("out0").Span[..3].ToArray());
        run.OutputGradient("out0").Span.Fill(1);
        run.Backward();
        Assert.Equal([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], layer.Parameters[0].Gradient.ToArray());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-1)]
    [InlineData(1.5)]
    public void An_index_outside_of_the_table_is_named(double index)
    {
        foreach (var network in new[] { LayerCheck.Single(new Embedding(4, 3) { Name = "words" }, [1, 3]), Table() })
        {
            using var run = network.Prepare<float>([.. network.Inputs.Select(input => network.NominalShape(input.Value))]);
            run.Input(network.InputNames[^1]).Span[1] = (float)index;
            var failure = Assert.Throws<ArgumentException>(run.Forward);
            Assert.Contains("'words'", failure.Message, StringComparison.Ordinal);
            Assert.Contains(((float)index).ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
            Assert.Contains("4 rows", failure.Message, StringComparison.Ordinal);
        }

        static Network Table() => LayerCheck.Single(new Gather { Name = "words" }, [4, 3], [1, 3]);
    }

    [Fact]
    public void What_does_not_fit_is_named_with_its_shapes()
    {
        var network = new Network();
        var x = network.Input("x", [1, 2, 3, 4, 5, 6]);
        Assert.Contains("[1, 2, 3, 4, 5, 6]", Assert.Throws<ShapeException>(() => network.Add(new Embedding(4, 3), x)).Message, StringComparison.Ordinal);
        Assert.Contains("7 axes", Assert.Throws<ShapeException>(() => network.Add(new Gather(1), x, network.Input("i", [1, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("'layer'", Assert.Throws<ShapeException>(() => network.Add(new Gather(6) { Name = "layer" }, x, x)).Message, StringComparison.Ordinal);
        Assert.Contains("padding index 4", Assert.Throws<ArgumentException>(() => network.Add(new Embedding(4, 3) { PaddingIndex = 4 }, network.Input("w", [1, 3]))).Message, StringComparison.Ordinal);
    }

    /// <summary>Normal numbers for the first of two inputs, whole numbers for the last.</summary>
    private static Action<int, Span<double>, SeededRandom> Indexes(int from, int below) => (input, values, random) =>
    {
        var isTable = from > 0 && input == 0;
        foreach (ref var value in values)
            value = isTable ? (float)random.NextGaussian() : random.NextInt(below);
    };
}
