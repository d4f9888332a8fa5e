using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Networks.Tests.Kernels;

/// <summary>Against plain loops in double, over all channel counts, odd sizes and paddings, at every width and both tile sizes.</summary>
public sealed unsafe class WinogradConvolutionTests
{
    public static TheoryData<string, bool> Widths => [.. SimdWidth<float>.Available.SelectMany(width => new[] { (width.Name, false), (width.Name, true) })];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Any_channels_and_sizes_agree_with_plain_loops(string width, bool small)
    {
        var random = new SeededRandom(1);
        using var team = new WorkerTeam(1);
        for (var channels = 1; channels <= 40; channels++)
        {
            var shape = Shape(random, channels, 1 + random.NextInt(40));
            Check<float>(shape, small, width, team, random, accumulate: channels % 2 == 0, 2e-5);
            if (channels % 4 == 0)
                Check<double>(shape, small, width, team, random, accumulate: channels % 8 == 0, 1e-13);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Threads_change_no_bit(bool small)
    {
        var random = new SeededRandom(2);
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        for (var round = 0; round < 6; round++)
        {
            var shape = Shape(random, 1 + random.NextInt(40), 1 + random.NextInt(40)) with { Batch = 3, Height = 20 + round, Width = 23 };
            var data = new PlainConvolution<float>(shape, random);
            var first = data.Run(PassOf(shape, small, SimdWidth<float>.Chosen, one), accumulate: false, Scratch(shape, small, 1));
            var second = data.Run(PassOf(shape, small, SimdWidth<float>.Chosen, two), accumulate: false, Scratch(shape, small, 2));
            Assert.True(first.Output.AsSpan().SequenceEqual(second.Output));
            Assert.True(first.InputGradient.AsSpan().SequenceEqual(second.InputGradient));
            Assert.True(first.WeightGradient.AsSpan().SequenceEqual(second.WeightGradient));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wide_layer_keeps_single_precision(bool small)
    {
        var random = new SeededRandom(3);
        using var team = new WorkerTeam(1);
        var shape = Shape(random, 160, 160) with { Batch = 2, Height = 12, Width = 12, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        var errors = new PlainConvolution<float>(shape, random).Errors(PassOf(shape, small, SimdWidth<float>.Chosen, team), Scratch(shape, small, 1));
        Assert.True(Math.Max(errors.Output, Math.Max(errors.InputGradient, errors.WeightGradient)) < 4e-6, $"{errors}");
    }

    [Fact]
    public void Bias_and_activation_follow_the_sum()
    {
        var random = new SeededRandom(4);
        using var team = new WorkerTeam(1);
        var shape = Shape(random, 9, 21);
        var data = new PlainConvolution<float>(shape, random);
        var plain = data.Run(PassOf(shape, small: false, SimdWidth<float>.Chosen, team), accumulate: false, Scratch(shape, small: false, 1)).Output;
        var bias = PlainConvolution<float>.Numbers(random, shape.OutputChannels);
        var y = new float[shape.OutputLength];
        fixed (float* px = data.Input, pw = data.Weights, py = y, pb = bias, scratch = new float[Scratch(shape, small: false, 1)])
            new WinogradConvolution(shape, small: false).Forward(px, pw, pb, default(ReluFunction), py, SimdWidth<float>.Chosen, team, scratch);
        for (var i = 0; i < y.Length; i++)
            Assert.Equal(Math.Max(0, plain[i] + bias[i % shape.OutputChannels]), y[i], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Packed_weights_and_a_shortcut_agree_with_plain_loops(string width, bool small)
    {
        var random = new SeededRandom(5);
        var simd = SimdWidth<float>.Available.Single(one => one.Name == width);
        using var two = new WorkerTeam(2);
        using var one = new WorkerTeam(1);
        foreach (var (channels, outputs, height, edge) in new[] { (1, 1, 3, 5), (7, 19, 7, 7), (16, 33, 14, 13), (40, 24, 9, 17), (21, 64, 1, 4) })
        {
            var shape = Shape(random, channels, outputs) with { Height = height, Width = edge, PadTop = 1, PadLeft = 2, PadBottom = 2, PadRight = 0 };
            var convolution = new WinogradConvolution(shape, small);
            var data = new PlainConvolution<float>(shape, random);
            var (expected, shortcut) = (data.Output(), PlainConvolution<float>.Numbers(random, (int)shape.OutputLength));
            var packed = new float[convolution.PackedLength(simd.Count)];
            foreach (var team in new[] { two, one })
            {
                var again = new float[packed.Length];
                var y = new float[shape.OutputLength];
                fixed (float* px = data.Input, pw = data.Weights, py = y, ps = shortcut, pp = again, scratch = new float[convolution.ForwardScratch(team.Threads, packed: true)])
                {
                    convolution.Pack(pw, simd, team, pp);
                    convolution.Forward(px, null, null, default(ReluFunction), py, simd, team, scratch, ps, pp);
                }
                if (team == one)
                    Assert.Equal(packed, again);
                packed = again;
                var largest = 1 + expected.Max(Math.Abs);
                for (var i = 0; i < y.Length; i++)
                    Assert.True(Math.Abs(Math.Max(0, expected[i] + shortcut[i]) - y[i]) < 2e-5 * largest, $"[{i}] {y[i]} for {shape}");
            }
        }
    }

    [Fact]
    public void Packed_weights_lead_to_small_tiles_where_reading_them_is_the_work()
    {
        ConvolutionShape Square(int batch, int side, int channels) => new() { Batch = batch, Height = side, Width = side, Channels = channels, OutputChannels = channels, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        Assert.True(WinogradConvolution.Choose(Square(1, 7, 512), fixedWeights: true)!.IsSmall);
        // Four pictures share the reading of the small tiles' weights; the large tiles' pay from eight on.
        Assert.True(WinogradConvolution.Choose(Square(4, 7, 512), fixedWeights: true)!.IsSmall);
        Assert.False(WinogradConvolution.Choose(Square(8, 7, 512), fixedWeights: true)!.IsSmall);
        Assert.False(WinogradConvolution.Choose(Square(1, 56, 64), fixedWeights: true)!.IsSmall);
    }

    private static ConvolutionShape Shape(SeededRandom random, int channels, int outputs) => new()
    {
        Batch = 1 + random.NextInt(3),
        Height = 3 + random.NextInt(9),
        Width = 3 + random.NextInt(9),
        Channels = channels,
        OutputChannels = outputs,
        KernelHeight = 3,
        KernelWidth = 3,
        PadTop = random.NextInt(3),
        PadLeft = random.NextInt(3),
        PadBottom = random.NextInt(3),
        PadRight = random.NextInt(3),
    };

    private static nint Scratch(ConvolutionShape shape, bool small, int threads)
    {
        var convolution = new WinogradConvolution(shape, small);
        return Math.Max(convolution.WeightGradientScratch, Math.Max(convolution.ForwardScratch(threads), convolution.InputGradientScratch(threads)));
    }

    private static void Check<T>(in ConvolutionShape shape, bool small, string width, WorkerTeam team, SeededRandom random, bool accumulate, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var simd = SimdWidth<T>.Available.Single(one => one.Name == width);
        new PlainConvolution<T>(shape, random).Check(PassOf(shape, small, simd, team), accumulate, Scratch(shape, small, 1), tolerance);
    }

    private static PlainConvolution<T>.Pass PassOf<T>(ConvolutionShape shape, bool small, SimdWidth<T> simd, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var convolution = new WinogradConvolution(shape, small);
        return (x, w, dy, y, dx, dw, accumulate, scratch) =>
        {
            convolution.Forward(x, w, null, default(IdentityFunction), y, simd, team, scratch);
            convolution.InputGradient(dy, w, dx, accumulate, simd, team, scratch);
            convolution.WeightGradient(x, dy, dw, accumulate, simd, team, scratch);
        };
    }
}
