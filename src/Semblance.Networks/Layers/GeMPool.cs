using System.Numerics;
using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// Generalised mean over all places of a picture, y = (mean of max(x, ε)^p)^(1/p), [n, h, w, c] to [n, c], with one learnable p
/// (Radenović, Tolias and Chum, "Fine-tuning CNN image retrieval with no human annotation", 2018). p = 1 is the mean, large p the maximum.
/// </summary>
/// <remarks>Computed relative to the largest value, so that no power under- or overflows.</remarks>
public sealed unsafe class GeMPool(double p = 3) : Layer
{
    // Training may push p below 1; at 0 there would be no mean.
    private const double LeastPower = 0.01;

    private readonly double _p = p >= 1 ? p : throw new ArgumentOutOfRangeException(nameof(p), p, "The power of a generalised mean is at least 1 here.");

    /// <summary>Inputs are taken to be at least this large; must be positive.</summary>
    public double Epsilon
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Logarithms are taken of the inputs: the least must be positive.");
    } = 1e-6;

    /// <summary>Whether p is trained.</summary>
    public bool Learnable { get; init; } = true;

    public override bool IsCheap => true;

    public override bool KeepsOutput(int index) => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
        => inputs.Length == 1 && inputs[0].Rank == 4 ? [[inputs[0][0], inputs[0][3]]] : throw Misfit(inputs, "it takes pictures, [batch, height, width, channels].");

    /// <summary>The derivative by p of each output.</summary>
    public override LayerMemory Memory(in LayerShapes shapes) => shapes.Training ? new LayerMemory(0, 0, shapes.Outputs[0].Length) : default;

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var (places, channels, power) = (x.Shape.Product(1, 3), x.Shape.Channels, Power(call));
        call.Team.Run(x.Shape[0], picture =>
        {
            var row = (nint)picture * channels;
            call.Run(new ForwardAction<T>(x.Data + row * places, y.Data + row, places, channels, power, Epsilon));
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, y, dy, dx, dp) = (call.Input(), call.Output(), call.OutputGradient(), call.InputGradient(), call.ParameterGradient(0));
        var (places, channels, power) = (x.Shape.Product(1, 3), x.Shape.Channels, Power(call));
        var accumulates = !dx.IsNone && call.Accumulates();
        call.Team.Run(x.Shape[0], picture =>
        {
            var row = (nint)picture * channels;
            var target = dx.IsNone ? null : dx.Data + row * places;
            call.Run(new BackwardAction<T>(x.Data + row * places, y.Data + row, dy.Data + row, target, call.Scratch + row, places, channels, power, Epsilon, accumulates));
        });
        if (dp.IsNone)
            return;
        var sum = call.AccumulatesParameter(0) ? double.CreateTruncating(dp.Data[0]) : 0;
        for (nint i = 0; i < y.Shape.Length; i++)
            sum += double.CreateTruncating(call.Scratch[i]);
        dp.Data[0] = T.CreateTruncating(sum);
    }

    public override void Export(OnnxExport export)
    {
        var power = Math.Max((float)LeastPower, Parameters[0].Values[0]);
        var clamped = export.Node("Max", [export.Input(), export.Floats([(float)Epsilon], 1)]);
        var mean = export.Node("GlobalAveragePool", [export.Node("Pow", [clamped, export.Floats([power], 1)])]);
        export.Output(export.Node("Flatten", [export.Node("Pow", [mean, export.Floats([1 / power], 1)])]));
    }

    protected override void Bind(LayerBinding binding)
    {
        if (Learnable)
            binding.Parameter("p", [1], Initializers.Constant((float)_p), decays: false);
        else
            binding.Buffer("p", [1], (float)_p);
    }

    private static double Power<T>(LayerCall<T> call)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Math.Max(LeastPower, double.CreateTruncating(call.Parameter(0).Data[0]));

    private readonly struct ForwardAction<T>(T* x, T* y, nint places, int channels, double power, double epsilon) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint c = channels;
            var least = TSimd.Constant(epsilon);
            var p = TSimd.Constant(power);
            for (nint i = 0; i < c; i += TSimd.Count)
            {
                var count = (int)Math.Min(TSimd.Count, c - i);
                var largest = least;
                for (nint place = 0; place < places; place++)
                    largest = TSimd.Max(largest, TSimd.LoadFirst(x + place * c + i, count));
                var logarithm = TSimd.Log(largest);
                var sum = TSimd.Zero;
                for (nint place = 0; place < places; place++)
                {
                    var value = TSimd.Max(least, TSimd.LoadFirst(x + place * c + i, count));
                    sum = TSimd.Add(sum, TSimd.Exp(TSimd.Multiply(p, TSimd.Subtract(TSimd.Log(value), logarithm))));
                }
                var mean = TSimd.Multiply(sum, TSimd.Constant(1.0 / places));
                TSimd.StoreFirst(TSimd.Multiply(largest, TSimd.Exp(TSimd.Divide(TSimd.Log(mean), p))), y + i, count);
            }
        }
    }

    // With u = max(x, ε): ∂y/∂x = (u / y)^(p − 1) / n where x > ε, and ∂y/∂p = y / p · Σ (u / y)^p / n · log(u / y).
    private readonly struct BackwardAction<T>(T* x, T* y, T* dy, T* dx, T* dp, nint places, int channels, double power, double epsilon, bool accumulate) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint c = channels;
            var least = TSimd.Constant(epsilon);
            var below = TSimd.Constant(power - 1);
            for (nint i = 0; i < c; i += TSimd.Count)
            {
                var count = (int)Math.Min(TSimd.Count, c - i);
                // Lanes behind the last channel get ε instead of 0, whose logarithm is infinite.
                var mean = TSimd.Max(least, TSimd.LoadFirst(y + i, count));
                var logarithm = TSimd.Log(mean);
                var gradient = TSimd.Multiply(TSimd.LoadFirst(dy + i, count), TSimd.Constant(1.0 / places));
                var sum = TSimd.Zero;
                for (nint place = 0; place < places; place++)
                {
                    var at = place * c + i;
                    var raw = TSimd.LoadFirst(x + at, count);
                    var value = TSimd.Max(least, raw);
                    var ratio = TSimd.Subtract(TSimd.Log(value), logarithm);
                    var slope = TSimd.Exp(TSimd.Multiply(below, ratio));
                    sum = TSimd.MultiplyAdd(TSimd.Multiply(slope, TSimd.Divide(value, mean)), ratio, sum);
                    if (dx == null)
                        continue;
                    var part = TSimd.And(TSimd.GreaterThan(raw, least), TSimd.Multiply(gradient, slope));
                    if (accumulate)
                        part = TSimd.Add(part, TSimd.LoadFirst(dx + at, count));
                    TSimd.StoreFirst(part, dx + at, count);
                }
                TSimd.StoreFirst(TSimd.Multiply(TSimd.Multiply(gradient, TSimd.Multiply(mean, sum)), TSimd.Constant(1 / power)), dp + i, count);
            }
        }
    }
}
