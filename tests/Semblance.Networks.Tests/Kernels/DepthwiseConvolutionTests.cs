using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Networks.Tests.Kernels;

/// <summary>Against plain loops in double, over all channel counts and random geometry, at every width.</summary>
public sealed unsafe class DepthwiseConvolutionTests
{
    public static TheoryData<string> Widths => [.. SimdWidth<float>.Available.Select(width => width.Name)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Any_number_of_channels_agrees_with_plain_loops(string width)
    {
        var random = new SeededRandom(1);
        for (var channels = 1; channels <= 40; channels++)
        {
            var kernel = channels % 3 == 0 ? 5 : 3;
            var stride = 1 + (channels % 2);
            var shape = new ConvolutionShape
            {
                Batch = 1 + (channels % 3),
                Height = 3 + random.NextInt(8),
                Width = 3 + random.NextInt(20),
                Channels = channels,
                OutputChannels = channels,
                KernelHeight = kernel,
                KernelWidth = kernel,
                StrideY = stride,
                StrideX = stride,
                PadTop = kernel / 2,
                PadLeft = kernel / 2,
                PadBottom = kernel / 2,
                PadRight = kernel / 2,
                Groups = channels,
            };
            Check<float>(shape, width, random, accumulate: channels % 4 == 0, 1e-5);
            Check<double>(shape, width, random, accumulate: channels % 4 == 1, 1e-13);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Any_geometry_agrees_with_plain_loops(string width)
    {
        var random = new SeededRandom(2);
        for (var round = 0; round < 150; round++)
            Check<float>(RandomShape(random), width, random, accumulate: round % 2 == 0, 1e-5);
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        var random = new SeededRandom(3);
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        for (var round = 0; round < 20; round++)
        {
            var shape = RandomShape(random) with { Batch = 3, Height = 40, Width = 30 };
            var data = new PlainConvolution<float>(shape, random);
            var scratch = new DepthwiseConvolution(shape).WeightGradientScratch;
            var first = data.Run(PassOf(shape, SimdWidth<float>.Chosen, one), accumulate: false, scratch);
            var second = data.Run(PassOf(shape, SimdWidth<float>.Chosen, two), accumulate: false, scratch);
            Assert.True(first.Output.AsSpan().SequenceEqual(second.Output));
            Assert.True(first.InputGradient.AsSpan().SequenceEqual(second.InputGradient));
            Assert.True(first.WeightGradient.AsSpan().SequenceEqual(second.WeightGradient));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Bias_and_activation_follow_the_sum(string width)
    {
        var random = new SeededRandom(4);
        using var team = new WorkerTeam(1);
        var simd = SimdWidth<float>.Available.Single(one => one.Name == width);
        for (var round = 0; round < 20; round++)
        {
            var shape = RandomShape(random);
            var data = new PlainConvolution<float>(shape, random);
            var plain = data.Run(PassOf(shape, simd, team), accumulate: false, new DepthwiseConvolution(shape).WeightGradientScratch).Output;
            var bias = PlainConvolution<float>.Numbers(random, shape.Channels);
            var y = new float[shape.OutputLength];
            fixed (float* px = data.Input, pw = data.Weights, py = y, pb = bias)
                new DepthwiseConvolution(shape).Forward(px, pw, pb, default(ReluFunction), py, simd, team);
            for (var i = 0; i < y.Length; i++)
                Assert.Equal(Math.Max(0, plain[i] + bias[i % shape.Channels]), y[i], 1e-5);
        }
    }

    private static ConvolutionShape RandomShape(SeededRandom random)
    {
        var channels = 1 + random.NextInt(40);
        return new ConvolutionShape
        {
            Batch = 1 + random.NextInt(3),
            Height = 7 + random.NextInt(9),
            Width = 7 + random.NextInt(16),
            Channels = channels,
            OutputChannels = channels,
            KernelHeight = 1 + random.NextInt(7),
            KernelWidth = 1 + random.NextInt(7),
            StrideY = 1 + random.NextInt(3),
            StrideX = 1 + random.NextInt(3),
            PadTop = 3 + random.NextInt(2),
            PadLeft = 3 + random.NextInt(2),
            PadBottom = 3 + random.NextInt(2),
            PadRight = 3 + random.NextInt(2),
            DilationY = 1 + random.NextInt(2),
            DilationX = 1 + random.NextInt(2),
            Groups = channels,
        };
    }

    private static void Check<T>(in ConvolutionShape shape, string width, SeededRandom random, bool accumulate, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var team = new WorkerTeam(1);
        var simd = SimdWidth<T>.Available.Single(one => one.Name == width);
        new PlainConvolution<T>(shape, random).Check(PassOf(shape, simd, team), accumulate, new DepthwiseConvolution(shape).WeightGradientScratch, tolerance);
    }

    private static PlainConvolution<T>.Pass PassOf<T>(ConvolutionShape shape, SimdWidth<T> simd, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var convolution = new DepthwiseConvolution(shape);
        return (x, w, dy, y, dx, dw, accumulate, scratch) =>
        {
            convolution.Forward(x, w, null, default(IdentityFunction), y, simd, team);
            convolution.InputGradient(dy, w, dx, accumulate, simd, team);
            convolution.WeightGradient(x, dy, dw, accumulate, simd, team, scratch);
        };
    }
}
