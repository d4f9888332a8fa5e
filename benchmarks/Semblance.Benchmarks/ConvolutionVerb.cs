using System.Diagnostics;
using Semblance.Benchmarks.Figures;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Memory;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Benchmarks;

/// <summary>
/// Convolution kernels on one thread: depthwise layers of MobileNetV2 in bytes that must move against a plain read, 3×3 layers of
/// ResNet-18 in operations of the plain algorithm against fused multiply-adds on registers.
/// </summary>
internal sealed unsafe class ConvolutionVerb : IBenchmarkVerb
{
    private const int Batch = 16;
    private const int BandwidthBytes = 256 << 20;

    public string Name => "convolution";

    public string Summary => "convolution kernels: depthwise against memory, 3x3 against the multiply-add peak";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--rounds");
        var rounds = arguments.Number("--rounds", 9);
        var table = new FigureTable(Name);
        table.Condition("batch", Batch);
        table.Condition("threads", 1);
        table.Condition("width", SimdWidth<float>.Chosen.Name);
        // Written to, so that it has memory of its own.
        var read = new float[BandwidthBytes / sizeof(float)];
        read.AsSpan().Fill(1);
        table.Add("plain read", Rates(rounds, BandwidthBytes, () => MemoryBandwidth.Sum(read)), "GB/s");
        table.Add("multiply-add peak", Rates(rounds, ArithmeticPeak.Operations, () => ArithmeticPeak.Run()), "GFLOP/s");
        using var team = new WorkerTeam(1);
        // Pictures of 128 × 128 pixels: side of the layer's input, its channels and stride.
        foreach (var (side, channels, stride) in new[] { (64, 32, 1), (64, 96, 2), (32, 144, 1), (32, 144, 2), (16, 192, 1), (16, 192, 2), (8, 384, 1), (8, 576, 1), (8, 576, 2), (4, 960, 1) })
            Depthwise(table, rounds, Square(side, channels, channels, 3, stride, channels), team);
        // Side, channels in and out: ResNet-18 and DenseNet-121 at 128 × 128, a small ResNet-20 at 32 × 32.
        foreach (var (side, channels, outputs) in new[] { (32, 64, 64), (16, 128, 128), (8, 256, 256), (4, 512, 512), (32, 128, 32), (32, 16, 16), (16, 32, 32) })
            Dense(table, rounds, Square(side, channels, outputs, 3, 1, 1), team);
        table.Print(arguments.Json);
        return 0;
    }

    private static ConvolutionShape Square(int side, int channels, int outputs, int kernel, int stride, int groups) => new()
    {
        Batch = Batch,
        Height = side,
        Width = side,
        Channels = channels,
        OutputChannels = outputs,
        KernelHeight = kernel,
        KernelWidth = kernel,
        StrideY = stride,
        StrideX = stride,
        PadTop = kernel / 2,
        PadLeft = kernel / 2,
        PadBottom = kernel / 2,
        PadRight = kernel / 2,
        Groups = groups,
    };

    private static void Depthwise(FigureTable table, int rounds, ConvolutionShape shape, WorkerTeam team)
    {
        var convolution = new DepthwiseConvolution(shape);
        var simd = SimdWidth<float>.Chosen;
        var memory = new Buffers(shape, convolution.WeightGradientScratch);
        var (x, y, w, scratch) = (memory.Input, memory.Output, memory.Weights, memory.Scratch);
        var bytes = (double)(shape.InputLength + shape.OutputLength) * sizeof(float);
        var name = $"depthwise {shape.Height}² × {shape.Channels} / {shape.StrideY}";
        table.Add(name + ", forward", Rates(rounds, bytes, () => convolution.Forward((float*)x, (float*)w, null, default(IdentityFunction), (float*)y, simd, team)), "GB/s");
        table.Add(name + ", input gradient", Rates(rounds, bytes, () => convolution.InputGradient((float*)y, (float*)w, (float*)x, accumulate: false, simd, team)), "GB/s");
        table.Add(name + ", weight gradient", Rates(rounds, bytes, () => convolution.WeightGradient((float*)x, (float*)y, (float*)w, accumulate: false, simd, team, (float*)scratch)), "GB/s");
        GC.KeepAlive(memory);
    }

    /// <summary>The three ways to compute a 3×3 convolution, in operations of the plain one.</summary>
    private static void Dense(FigureTable table, int rounds, ConvolutionShape shape, WorkerTeam team)
    {
        var simd = SimdWidth<float>.Chosen;
        var operations = 2.0 * shape.OutputLength * shape.Depth;
        var chosen = WinogradConvolution.Choose(shape, fixedWeights: false);
        foreach (var small in new[] { false, true })
        {
            var convolution = new WinogradConvolution(shape, small);
            var memory = new Buffers(shape, Math.Max(convolution.WeightGradientScratch, Math.Max(convolution.ForwardScratch(1), convolution.InputGradientScratch(1))));
            var (x, y, w, scratch) = (memory.Input, memory.Output, memory.Weights, memory.Scratch);
            var name = $"3×3 {shape.Height}² × {shape.Channels}→{shape.OutputChannels} by {(small ? "2×2" : "4×4")} tiles";
            var remark = chosen?.IsSmall == small ? "chosen" : "";
            table.Add(name + ", forward", Rates(rounds, operations, () => convolution.Forward((float*)x, (float*)w, null, default(IdentityFunction), (float*)y, simd, team, (float*)scratch)), "GFLOP/s", remark);
            table.Add(name + ", input gradient", Rates(rounds, operations, () => convolution.InputGradient((float*)y, (float*)w, (float*)x, accumulate: false, simd, team, (float*)scratch)), "GFLOP/s", remark);
            table.Add(name + ", weight gradient", Rates(rounds, operations, () => convolution.WeightGradient((float*)x, (float*)y, (float*)w, accumulate: false, simd, team, (float*)scratch)), "GFLOP/s", remark);
            GC.KeepAlive(memory);
        }
        var plain = new DenseConvolution(shape);
        var buffers = new Buffers(shape, Math.Max(plain.WeightGradientScratch(1), Math.Max(plain.ForwardScratch(1), plain.InputGradientScratch(1))));
        var (px, py, pw, pscratch) = (buffers.Input, buffers.Output, buffers.Weights, buffers.Scratch);
        var what = $"3×3 {shape.Height}² × {shape.Channels}→{shape.OutputChannels} plain";
        var plainRemark = chosen is null ? "chosen" : "";
        table.Add(what + ", forward", Rates(rounds, operations, () => plain.Forward((float*)px, (float*)pw, (float*)py, default(NoEpilogue<float>), simd, team, (float*)pscratch)), "GFLOP/s", plainRemark);
        table.Add(what + ", input gradient", Rates(rounds, operations, () => plain.InputGradient((float*)py, (float*)pw, (float*)px, accumulate: false, simd, team, (float*)pscratch)), "GFLOP/s", plainRemark);
        table.Add(what + ", weight gradient", Rates(rounds, operations, () => plain.WeightGradient((float*)px, (float*)py, (float*)pw, accumulate: false, simd, team, (float*)pscratch)), "GFLOP/s", plainRemark);
        GC.KeepAlive(buffers);
    }

    /// <summary>Billions of <paramref name="amount"/> a second, once a round after one to warm up.</summary>
    private static List<double> Rates(int rounds, double amount, Action work)
    {
        var rates = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            work();
            if (round >= 0)
                rates.Add(amount / clock.Elapsed.TotalSeconds / 1e9);
        }
        return rates;
    }

    private sealed class Buffers
    {
        private readonly HugeMemory _memory;

        public Buffers(ConvolutionShape shape, nint scratch)
        {
            // Each on a cache line of its own.
            var input = Rounded(shape.InputLength);
            var output = Rounded(shape.OutputLength);
            var weights = Rounded(shape.WeightLength);
            _memory = new HugeMemory((input + output + weights + scratch + 16) * sizeof(float));
            var start = (float*)_memory.Start;
            (Input, Output, Weights, Scratch) = ((nint)start, (nint)(start + input), (nint)(start + input + output), (nint)(start + input + output + weights));
            var random = new Random(1);
            for (nint i = 0; i < input + output + weights; i++)
                start[i] = random.NextSingle() - 0.5f;
        }

        public nint Input { get; }

        public nint Output { get; }

        public nint Weights { get; }

        public nint Scratch { get; }

        private static nint Rounded(nint length) => (length + 15) & -16;
    }
}
