using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Networks.Tests.Kernels;

/// <summary>Against plain loops in double, over random geometry, at every width.</summary>
public sealed unsafe class DenseConvolutionTests
{
    public static TheoryData<string> Widths => [.. SimdWidth<float>.Available.Select(width => width.Name)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Any_geometry_agrees_with_plain_loops(string width)
    {
        var random = new SeededRandom(1);
        using var team = new WorkerTeam(1);
        for (var round = 0; round < 120; round++)
        {
            var shape = RandomShape(random);
            Check<float>(shape, width, team, random, round % 2 == 0, 3e-6);
            if (round % 4 == 0)
                Check<double>(shape, width, team, random, round % 2 == 1, 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Pictures_of_many_slabs_agree_with_plain_loops(string width)
    {
        var random = new SeededRandom(2);
        using var team = new WorkerTeam(2);
        var stem = new ConvolutionShape { Batch = 2, Height = 65, Width = 61, Channels = 3, OutputChannels = 18, KernelHeight = 7, KernelWidth = 7, StrideY = 2, StrideX = 2, PadTop = 3, PadLeft = 3, PadBottom = 3, PadRight = 3 };
        var wide = new ConvolutionShape { Batch = 3, Height = 40, Width = 30, Channels = 17, OutputChannels = 5, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        var small = new ConvolutionShape { Batch = 70, Height = 4, Width = 4, Channels = 8, OutputChannels = 40, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        var strided = new ConvolutionShape { Batch = 2, Height = 41, Width = 40, Channels = 9, OutputChannels = 33, KernelHeight = 1, KernelWidth = 1, StrideY = 2, StrideX = 2 };
        var pointwise = new ConvolutionShape { Batch = 5, Height = 31, Width = 31, Channels = 9, OutputChannels = 20, KernelHeight = 1, KernelWidth = 1 };
        foreach (var shape in new[] { stem, wide, small, strided, pointwise })
            Check<float>(shape, width, team, random, accumulate: true, 3e-6);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Packed_weights_give_the_same_bits_and_a_shortcut_is_added(string width)
    {
        var random = new SeededRandom(5);
        var simd = SimdWidth<float>.Available.Single(one => one.Name == width);
        using var team = new WorkerTeam(2);
        for (var round = 0; round < 40; round++)
        {
            var shape = RandomShape(random) with { Batch = 1 + random.NextInt(5) };
            var convolution = new DenseConvolution(shape);
            var length = convolution.PackedLength(simd.Count);
            Assert.Equal(shape.Groups > 1, length == 0);
            if (length == 0 || shape.OutputLength == 0)
                continue;
            var data = new Data<float>(shape, random);
            var shortcut = Data<float>.Numbers(random, (int)shape.OutputLength);
            var (plain, packed) = (new float[shape.OutputLength], new float[shape.OutputLength]);
            fixed (float* px = data.Input, pw = data.Weights, pa = plain, pb = packed, ps = shortcut, pp = new float[length], scratch = new float[convolution.ForwardScratch(team.Threads)])
            {
                convolution.Forward(px, pw, pa, default(NoEpilogue<float>), simd, team, scratch);
                convolution.Pack(pw, simd, team, pp);
                convolution.Forward(px, null, pb, new BiasActivation<float, ReluFunction>(null, default, pb, ps), simd, team, scratch, pp);
            }
            Assert.Equal(plain.Zip(shortcut, (sum, other) => Math.Max(0, sum + other)), packed);
        }
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        var random = new SeededRandom(3);
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        for (var round = 0; round < 30; round++)
        {
            var shape = RandomShape(random) with { Batch = 1 + random.NextInt(20), Height = 8 + random.NextInt(24) };
            if (shape.OutputLength == 0)
                continue;
            var data = new Data<float>(shape, random);
            var first = Results<float>.Of(data, accumulate: false, SimdWidth<float>.Chosen, one);
            var second = Results<float>.Of(data, accumulate: false, SimdWidth<float>.Chosen, two);
            Assert.True(first.Output.AsSpan().SequenceEqual(second.Output));
            Assert.True(first.InputGradient.AsSpan().SequenceEqual(second.InputGradient));
            Assert.True(first.WeightGradient.AsSpan().SequenceEqual(second.WeightGradient));
        }
    }

    [Fact]
    public void Bias_and_activation_follow_the_sum()
    {
        var random = new SeededRandom(4);
        using var team = new WorkerTeam(2);
        for (var round = 0; round < 20; round++)
        {
            var shape = RandomShape(random);
            var data = new Data<float>(shape, random);
            var plain = Results<float>.Of(data, accumulate: false, SimdWidth<float>.Chosen, team);
            var bias = Data<float>.Numbers(random, shape.OutputChannels);
            var y = new float[shape.OutputLength];
            var convolution = new DenseConvolution(shape);
            fixed (float* px = data.Input, pw = data.Weights, py = y, pb = bias, scratch = new float[convolution.ForwardScratch(team.Threads)])
                convolution.Forward(px, pw, py, new BiasActivation<float, ReluFunction>(pb, default), SimdWidth<float>.Chosen, team, scratch);
            for (var i = 0; i < y.Length; i++)
                Assert.Equal(Math.Max(0, plain.Output[i] + bias[i % shape.OutputChannels]), y[i]);
        }
    }

    private static ConvolutionShape RandomShape(SeededRandom random)
    {
        var groups = random.NextInt(3) == 0 ? 1 + random.NextInt(4) : 1;
        var simple = random.NextInt(3) == 0;
        return new ConvolutionShape
        {
            Batch = 1 + random.NextInt(4),
            Height = 1 + random.NextInt(14),
            Width = 1 + random.NextInt(14),
            Channels = groups * (1 + random.NextInt(groups > 1 ? 6 : 20)),
            OutputChannels = groups * (1 + random.NextInt(groups > 1 ? 6 : 40)),
            KernelHeight = 1 + random.NextInt(simple ? 3 : 7),
            KernelWidth = 1 + random.NextInt(simple ? 3 : 7),
            StrideY = 1 + random.NextInt(simple ? 2 : 3),
            StrideX = 1 + random.NextInt(simple ? 2 : 3),
            PadTop = random.NextInt(4),
            PadLeft = random.NextInt(4),
            PadBottom = random.NextInt(4),
            PadRight = random.NextInt(4),
            DilationY = 1 + (simple ? 0 : random.NextInt(3)),
            DilationX = 1 + (simple ? 0 : random.NextInt(3)),
            Groups = groups,
        };
    }

    private static void Check<T>(in ConvolutionShape shape, string width, WorkerTeam team, SeededRandom random, bool accumulate, double tolerance)
        where T : unmanaged, IFloatingPoint<T>
    {
        var data = new Data<T>(shape, random);
        var simd = SimdWidth<T>.Available.Single(one => one.Name == width);
        var results = Results<T>.Of(data, accumulate, simd, team);
        var (output, input, weights) = PlainLoops(shape, data);
        AssertClose(output, results.Output, [], tolerance * (shape.Depth + 10), "output", shape);
        AssertClose(input, results.InputGradient, accumulate ? data.Input : [], tolerance * ((shape.KernelHeight * shape.KernelWidth * shape.GroupOutputChannels) + 10), "input gradient", shape);
        AssertClose(weights, results.WeightGradient, accumulate ? data.Weights : [], tolerance * ((shape.Batch * shape.OutputHeight * shape.OutputWidth) + 10), "weight gradient", shape);
    }

    private static void AssertClose<T>(double[] expected, T[] actual, T[] addedTo, double tolerance, string what, ConvolutionShape shape)
        where T : unmanaged, IFloatingPoint<T>
    {
        for (var i = 0; i < expected.Length; i++)
        {
            var value = expected[i] + (addedTo.Length > 0 ? double.CreateChecked(addedTo[i]) : 0);
            if (!(Math.Abs(value - double.CreateChecked(actual[i])) <= tolerance))
                Assert.Fail($"{what} [{i}]: {value} expected, {actual[i]} found for {shape}");
        }
    }

    private static (double[] Output, double[] Input, double[] Weights) PlainLoops<T>(ConvolutionShape s, Data<T> data)
        where T : unmanaged, IFloatingPoint<T>
    {
        var (output, input, weights) = (new double[s.OutputLength], new double[s.InputLength], new double[s.WeightLength]);
        for (var n = 0; n < s.Batch; n++)
        {
            for (var oy = 0; oy < s.OutputHeight; oy++)
            {
                for (var ox = 0; ox < s.OutputWidth; ox++)
                {
                    for (var ky = 0; ky < s.KernelHeight; ky++)
                    {
                        for (var kx = 0; kx < s.KernelWidth; kx++)
                        {
                            var (iy, ix) = ((oy * s.StrideY) + (ky * s.DilationY) - s.PadTop, (ox * s.StrideX) + (kx * s.DilationX) - s.PadLeft);
                            if (iy < 0 || iy >= s.Height || ix < 0 || ix >= s.Width)
                                continue;
                            for (var c = 0; c < s.GroupChannels; c++)
                            {
                                for (var o = 0; o < s.OutputChannels; o++)
                                {
                                    var x = (((((n * s.Height) + iy) * s.Width) + ix) * s.Channels) + (o / s.GroupOutputChannels * s.GroupChannels) + c;
                                    var y = (((((n * s.OutputHeight) + oy) * s.OutputWidth) + ox) * s.OutputChannels) + o;
                                    var w = (((((ky * s.KernelWidth) + kx) * s.GroupChannels) + c) * s.OutputChannels) + o;
                                    var (vx, vw, vd) = (double.CreateChecked(data.Input[x]), double.CreateChecked(data.Weights[w]), double.CreateChecked(data.OutputGradient[y]));
                                    output[y] += vx * vw;
                                    input[x] += vd * vw;
                                    weights[w] += vd * vx;
                                }
                            }
                        }
                    }
                }
            }
        }
        return (output, input, weights);
    }

    private sealed class Data<T>(ConvolutionShape shape, SeededRandom random)
        where T : unmanaged, IFloatingPoint<T>
    {
        public ConvolutionShape Shape => shape;

        public T[] Input { get; } = Numbers(random, (int)shape.InputLength);

        public T[] Weights { get; } = Numbers(random, (int)shape.WeightLength);

        public T[] OutputGradient { get; } = Numbers(random, (int)shape.OutputLength);

        public static T[] Numbers(SeededRandom random, int count)
        {
            var numbers = new T[count];
            foreach (ref var number in numbers.AsSpan())
                number = T.CreateChecked((random.NextInt(2001) - 1000) / 1000.0);
            return numbers;
        }
    }

    private sealed record Results<T>(T[] Output, T[] InputGradient, T[] WeightGradient)
        where T : unmanaged, IFloatingPoint<T>
    {
        /// <summary>The gradients are added to the input and to the weights themselves, or overwrite what is no number.</summary>
        public static Results<T> Of(Data<T> data, bool accumulate, SimdWidth<T> simd, WorkerTeam team)
        {
            var convolution = new DenseConvolution(data.Shape);
            var y = new T[data.Shape.OutputLength];
            var (dx, dw) = ((T[])data.Input.Clone(), (T[])data.Weights.Clone());
            if (!accumulate)
            {
                dw.AsSpan().Fill(T.CreateChecked(1e30));
                dx.AsSpan().Fill(T.CreateChecked(1e30));
            }
            y.AsSpan().Fill(T.CreateChecked(1e30));
            var threads = team.Threads;
            var needed = Math.Max(convolution.ForwardScratch(threads), Math.Max(convolution.InputGradientScratch(threads), convolution.WeightGradientScratch(threads)));
            var memory = new T[needed + 1];
            memory.AsSpan().Fill(T.CreateChecked(1e30));
            fixed (T* px = data.Input, pw = data.Weights, pd = data.OutputGradient, py = y, pdx = dx, pdw = dw, scratch = memory)
            {
                convolution.Forward(px, pw, py, default(NoEpilogue<T>), simd, team, scratch);
                convolution.InputGradient(pd, pw, pdx, accumulate, simd, team, scratch);
                convolution.WeightGradient(px, pd, pdw, accumulate, simd, team, scratch);
            }
            Assert.Equal(T.CreateChecked(1e30), memory[^1]);
            return new(y, dx, dw);
        }
    }
}
