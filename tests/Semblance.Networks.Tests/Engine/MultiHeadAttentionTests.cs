using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class MultiHeadAttentionTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Passes_every_check(int heads, bool causal) => LayerCheck.All(() => new MultiHeadAttention(heads) { Causal = causal }, [[2, 5, 9]]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Passes_every_check_with_a_mask(bool causal)
    {
        LayerCheck.All(() => new MultiHeadAttention(2) { Causal = causal }, [[3, 5, 6], [3, 5]], Masked(0.6), [true, false]);
        LayerCheck.All(() => new MultiHeadAttention(2) { Causal = causal }, [[3, 5, 6], [3, 5, 5]], Masked(0.6), [true, false]);
    }

    [Fact]
    public void A_query_that_may_see_nothing_gets_the_last_bias()
    {
        var layer = new MultiHeadAttention(2);
        var network = LayerCheck.Single(layer, [1, 3, 4], [1, 3]);
        layer.Parameters[3].Values.Fill(5);
        LayerCheck.Onnx(network, Masked(0));
        LayerCheck.Gradients(network, Masked(0), [true, false]);
        using var run = network.Prepare(1);
        run.Input("in0").Span.Fill(1);
        run.Forward();
        Assert.All(run.Output("out0").Span.ToArray(), value => Assert.Equal(5, value));
    }

    [Fact]
    public void A_causal_place_knows_nothing_of_those_behind_it()
    {
        var network = LayerCheck.Single(new MultiHeadAttention(2) { Causal = true }, [1, 4, 6]);
        using var run = network.Prepare(1);
        var random = new SeededRandom(1);
        foreach (ref var value in run.Input("in0").Span)
            value = (float)random.NextGaussian();
        run.Forward();
        var before = run.Output("out0").Span.ToArray();
        run.Input("in0").Span[^6..].Fill(3);
        run.Forward();
        var after = run.Output("out0").Span.ToArray();
        Assert.Equal(before[..18], after[..18]);
        Assert.NotEqual(before[18..], after[18..]);
    }

    [Fact]
    public void Is_the_formula_spelt_out_with_small_layers()
    {
        const int Heads = 3, Features = 12, Places = 7;
        var whole = new MultiHeadAttention(Heads);
        var network = new Network(3);
        var x = network.Input("x", [2, Places, Features]);
        network.Output("layer", network.Add(whole, x));
        var projection = new Linear(3 * Features);
        var last = new Linear(Features);
        var parts = network.AddAll(new Split(-1, Features, Features, Features), network.Add(projection, x));
        var (q, k, v) = (ToHeads(parts[0]), ToHeads(parts[1]), ToHeads(parts[2]));
        var scores = network.Add(new MatMul { TransposeRight = true, Factor = 1 / Math.Sqrt(Features / Heads) }, q, k);
        network.Output("scores", scores);
        var joined = network.Add(new Reshape(Places, Features), network.Add(new Transpose(0, 2, 1, 3), network.Add(new MatMul(), network.Input("probabilities", scores.Shape), v)));
        network.Output("small", network.Add(last, joined));
        CopyParameters(whole, 0, projection);
        CopyParameters(whole, 2, last);
        using var run = network.Prepare(2, new RunOptions { Threads = 2 });
        var random = new SeededRandom(5);
        foreach (ref var value in run.Input("x").Span)
            value = (float)random.NextGaussian();
        run.Forward();
        var softmax = run.Output("scores").Span.ToArray();
        for (var row = 0; row < softmax.Length; row += Places)
        {
            var sum = softmax[row..(row + Places)].Sum(MathF.Exp);
            for (var i = row; i < row + Places; i++)
                softmax[i] = MathF.Exp(softmax[i]) / sum;
        }
        softmax.CopyTo(run.Input("probabilities").Span);
        run.Forward();
        var expected = run.Output("small").Span.ToArray();
        Assert.Equal(0, LayerCheck.RelativeError(run.Output("layer").Span.ToArray(), [.. expected.Select(value => (double)value)]), 1e-5);

        Value ToHeads(Value part) => network.Add(new Transpose(0, 2, 1, 3), network.Add(new Reshape(Places, Heads, Features / Heads), part));
    }

    [Fact]
    public void What_does_not_fit_is_named_with_its_shapes()
    {
        var network = new Network();
        var x = network.Input("x", [1, 5, 8]);
        var failure = Assert.Throws<ShapeException>(() => network.Add(new MultiHeadAttention(3) { Name = "odd" }, x));
        Assert.Contains("'odd'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 5, 8]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("3 heads", failure.Message, StringComparison.Ordinal);
        Assert.Contains("mask", Assert.Throws<ShapeException>(() => network.Add(new MultiHeadAttention(2), x, network.Input("m", [1, 4]))).Message, StringComparison.Ordinal);
    }

    private static void CopyParameters(Layer from, int first, Layer to)
    {
        for (var i = 0; i < 2; i++)
            from.Parameters[first + i].Values.CopyTo(to.Parameters[i].Values);
    }

    private static Action<int, Span<double>, SeededRandom> Masked(double seen) => (input, values, random) =>
    {
        foreach (ref var value in values)
            value = input == 0 ? (float)random.NextGaussian() : random.NextDouble() < seen ? 1 : 0;
    };
}
