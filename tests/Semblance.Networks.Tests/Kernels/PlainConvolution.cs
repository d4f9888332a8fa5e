using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Kernels;

/// <summary>
/// Random numbers for a convolution and what plain loops in double make of them: output, gradient of the input, gradient of the weights.
/// </summary>
internal sealed unsafe class PlainConvolution<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Guard = 1e30;

    private readonly ConvolutionShape _shape;

    public PlainConvolution(in ConvolutionShape shape, SeededRandom random)
    {
        _shape = shape;
        Input = Numbers(random, (int)shape.InputLength);
        Weights = Numbers(random, (int)shape.WeightLength);
        OutputGradient = Numbers(random, (int)shape.OutputLength);
    }

    /// <summary>The convolution under test; gradients are overwritten, or added to what is there.</summary>
    public delegate void Pass(T* x, T* w, T* dy, T* y, T* dx, T* dw, bool accumulate, T* scratch);

    public T[] Input { get; }

    public T[] Weights { get; }

    public T[] OutputGradient { get; }

    public static T[] Numbers(SeededRandom random, int count)
    {
        var numbers = new T[count];
        foreach (ref var number in numbers.AsSpan())
            number = T.CreateChecked((random.NextInt(2001) - 1000) / 1000.0);
        return numbers;
    }

    /// <summary>Runs the pass over memory that holds absurd numbers where it must write, with a guard behind the scratch memory.</summary>
    public (T[] Output, T[] InputGradient, T[] WeightGradient) Run(Pass pass, bool accumulate, nint scratchLength)
    {
        var y = new T[_shape.OutputLength];
        var (dx, dw) = ((T[])Input.Clone(), (T[])Weights.Clone());
        var memory = new T[scratchLength + 1];
        foreach (var written in accumulate ? [y, memory] : new[] { y, memory, dx, dw })
            written.AsSpan().Fill(T.CreateChecked(Guard));
        fixed (T* px = Input, pw = Weights, pd = OutputGradient, py = y, pdx = dx, pdw = dw, scratch = memory)
            pass(px, pw, pd, py, pdx, pdw, accumulate, scratch);
        Assert.Equal(T.CreateChecked(Guard), memory[^1]);
        return (y, dx, dw);
    }

    /// <summary>What the loops make of the input.</summary>
    public double[] Output() => Loops().Output;

    /// <summary>The pass against the loops.</summary>
    /// <param name="tolerance">Of the largest magnitude of each result.</param>
    public void Check(Pass pass, bool accumulate, nint scratchLength, double tolerance)
    {
        var results = Run(pass, accumulate, scratchLength);
        var (output, input, weights) = Loops();
        AssertClose(output, results.Output, [], tolerance, "output");
        AssertClose(input, results.InputGradient, accumulate ? Input : [], tolerance, "input gradient");
        AssertClose(weights, results.WeightGradient, accumulate ? Weights : [], tolerance, "weight gradient");
    }

    /// <summary>The largest difference of the pass from the loops in output, input gradient and weight gradient, as shares of the largest magnitude.</summary>
    public (double Output, double InputGradient, double WeightGradient) Errors(Pass pass, nint scratchLength)
    {
        var results = Run(pass, accumulate: false, scratchLength);
        var (output, input, weights) = Loops();
        return (Error(output, results.Output), Error(input, results.InputGradient), Error(weights, results.WeightGradient));
    }

    private static double Error(double[] expected, T[] actual)
        => expected.Zip(actual, (e, a) => Math.Abs(e - double.CreateChecked(a))).Max() / expected.Max(Math.Abs);

    private void AssertClose(double[] expected, T[] actual, T[] addedTo, double tolerance, string what)
    {
        var largest = 1 + expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            var value = expected[i] + (addedTo.Length > 0 ? double.CreateChecked(addedTo[i]) : 0);
            if (!(Math.Abs(value - double.CreateChecked(actual[i])) <= tolerance * largest))
                Assert.Fail($"{what} [{i}]: {value} expected, {actual[i]} found for {_shape}");
        }
    }

    private (double[] Output, double[] Input, double[] Weights) Loops()
    {
        var s = _shape;
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
                            for (var o = 0; o < s.OutputChannels; o++)
                            {
                                for (var c = 0; c < s.GroupChannels; c++)
                                {
                                    var x = (((((n * s.Height) + iy) * s.Width) + ix) * s.Channels) + (o / s.GroupOutputChannels * s.GroupChannels) + c;
                                    var y = (((((n * s.OutputHeight) + oy) * s.OutputWidth) + ox) * s.OutputChannels) + o;
                                    var w = (((((ky * s.KernelWidth) + kx) * s.GroupChannels) + c) * s.OutputChannels) + o;
                                    var (vx, vw, vd) = (double.CreateChecked(Input[x]), double.CreateChecked(Weights[w]), double.CreateChecked(OutputGradient[y]));
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
}
