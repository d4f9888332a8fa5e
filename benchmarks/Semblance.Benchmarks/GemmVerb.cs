using System.Diagnostics;
using System.Runtime.InteropServices;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Products;
using Semblance.Networks;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Benchmarks;

/// <summary>
/// The matrix product, and the convolutions of known networks with their gradients, beside the multiply-add peak of the same run. Each
/// convolution is computed as the engine does, by the way that is named; its operations are counted as those of the direct product,
/// so that minimal filtering, which needs fewer, can come out above the peak.
/// </summary>
internal sealed unsafe class GemmVerb : IBenchmarkVerb
{
    private const int Rounds = 11;
    private const double RoundSeconds = 0.004;

    public string Name => "gemm";

    public string Summary => "matrix products and convolutions of networks, forward and gradients, in GFLOP/s beside the peak; --network NAME, --threads N, --width W";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--network", "--threads", "--width");
        var simd = arguments.Text("--width") is { } width
            ? SimdWidth<float>.Available.FirstOrDefault(one => one.Name == width) ?? throw new VerbUsageException($"--width {width} is not among {string.Join(", ", SimdWidth<float>.Available.Select(one => one.Name))}.")
            : SimdWidth<float>.Chosen;
        using var team = new WorkerTeam(arguments.Number("--threads", 1));
        var peak = ArithmeticPeak.Operations * Rates(() => ArithmeticPeak.Run()).Max() / 1e9;
        var table = new FigureTable(Name);
        table.Condition("threads", team.Threads);
        table.Condition("width", simd.Name);
        table.Condition("peak of one thread, GFLOP/s", Math.Round(peak));
        peak *= team.Threads;
        var wanted = arguments.Text("--network");
        if (wanted is null)
            Products(table, simd, team, peak);
        foreach (var network in NetworkConvolutions.All.Where(one => wanted is null || one.Network.Contains(wanted, StringComparison.OrdinalIgnoreCase)).GroupBy(one => one.Network))
            Network(table, network, simd, team, peak);
        table.Print(arguments.Json);
        return 0;
    }

    private static void Products(FigureTable table, SimdWidth<float> simd, WorkerTeam team, double peak)
    {
        foreach (var (m, n, k) in new[] { (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (16384, 16, 64), (16384, 24, 144), (16384, 32, 16), (16, 1000, 1280), (128, 128, 16384), (64, 4096, 27) })
        {
            var a = Numbers((nint)m * k);
            var b = Numbers((nint)k * n);
            var c = Numbers((nint)m * n);
            foreach (var transposed in new[] { false, true })
            {
                var terms = new MatrixTerms<float> { Rows = m, Columns = n, Depth = k, A = a, ARow = k, AColumn = 1, B = b, BRow = transposed ? 1 : n, BColumn = transposed ? k : 1, C = c, CRow = n };
                var scratch = Numbers(MatrixMultiply<float>.ScratchLength(terms));
                var rates = Rates(() => MatrixMultiply<float>.Run(terms, simd, team, scratch));
                Add(table, $"[{m}, {k}] · [{k}, {n}]{(transposed ? " transposed" : "")}", rates, 2.0 * m * n * k, 4.0 * (((double)m * k) + ((double)k * n) + ((double)m * n)), peak);
                NativeMemory.AlignedFree(scratch);
            }
            NativeMemory.AlignedFree(a);
            NativeMemory.AlignedFree(b);
            NativeMemory.AlignedFree(c);
        }
    }

    private static void Network(FigureTable table, IGrouping<string, NetworkConvolution> network, SimdWidth<float> simd, WorkerTeam team, double peak)
    {
        var milliseconds = new double[3];
        foreach (var one in network)
        {
            var convolution = new ConvolutionPlan(one.Shape, fixedWeights: false);
            var call = new LayerCall<float> { Team = team, Simd = simd };
            var x = Numbers(one.Shape.InputLength);
            var w = Numbers(one.Shape.WeightLength);
            var y = Numbers(one.Shape.OutputLength);
            var dx = Numbers(one.Shape.InputLength);
            var dw = Numbers(one.Shape.WeightLength);
            var scratch = Numbers(Math.Max(convolution.ForwardScratch(team.Threads), convolution.BackwardScratch(team.Threads)));
            var passes = new (string Name, Action Pass)[]
            {
                ("forward", () => convolution.Forward(call, x, w, null, null, Activation.None, y, scratch)),
                ("dX", () => convolution.InputGradient(call, y, w, dx, accumulate: false, scratch)),
                ("dW", () => convolution.WeightGradient(call, x, y, dw, accumulate: false, scratch)),
            };
            for (var i = 0; i < passes.Length; i++)
            {
                // Nobody asks for the gradient of the pictures themselves.
                if (passes[i].Name == "dX" && one.Shape.Channels == 3)
                    continue;
                var rates = Rates(passes[i].Pass);
                milliseconds[i] += one.Times * 1e3 / Spread.Of(rates).Median;
                Add(table, $"{one} {passes[i].Name} ({convolution.Algorithm})", rates, one.Operations, one.Bytes, peak);
            }
            foreach (var memory in new[] { (nint)x, (nint)w, (nint)y, (nint)dx, (nint)dw, (nint)scratch })
                NativeMemory.AlignedFree((void*)memory);
        }
        table.Add($"{network.Key}: all of them", milliseconds.Sum(), "ms", $"forward {milliseconds[0]:0.0}, dX {milliseconds[1]:0.0}, dW {milliseconds[2]:0.0}");
    }

    private static void Add(FigureTable table, string what, double[] rates, double operations, double bytes, double peak)
    {
        var rate = Spread.Of(rates).Median;
        table.Add(what, rates.Select(one => one * operations / 1e9), "GFLOP/s", $"{rate * operations / 1e9 / peak:0%} of peak, {1e3 / rate:0.000} ms, {rate * bytes / 1e9:0.0} GB/s");
    }

    /// <summary>How often <paramref name="run"/> is done in a second, measured in rounds of a few milliseconds; the first two calls do not count.</summary>
    private static double[] Rates(Action run)
    {
        run();
        var clock = Stopwatch.StartNew();
        run();
        var repeats = (int)Math.Clamp(RoundSeconds / clock.Elapsed.TotalSeconds, 1, 10_000);
        var rates = new double[Rounds];
        foreach (ref var rate in rates.AsSpan())
        {
            clock.Restart();
            for (var i = 0; i < repeats; i++)
                run();
            rate = repeats / clock.Elapsed.TotalSeconds;
        }
        return rates;
    }

    private static float* Numbers(nint count)
    {
        var numbers = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, count * sizeof(float)), 64);
        for (nint i = 0; i < count; i++)
            numbers[i] = (i * 37 % 101 - 50) / 100f;
        return numbers;
    }
}
