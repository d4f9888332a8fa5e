using System.Runtime.CompilerServices;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// x above zero and slope · x below, with a learnable slope for each channel, 0.25 at first (He et al., "Delving deep into rectifiers",
/// 2015), which weight decay leaves alone.
/// </summary>
public sealed unsafe class PRelu : Layer
{
    public override bool IsCheap => true;

    public override bool OverwritesInput(int index) => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            throw Misfit(inputs, "it takes one tensor.");
        if (Parameters.Count > 0 && Parameters[0].Shape[0] != inputs[0].Channels)
            throw Misfit(inputs, $"its slopes are for {Parameters[0].Shape[0]} channels.");
        return [inputs[0]];
    }

    /// <summary>The slopes as a wide row, and in the backward pass sums as those of <see cref="ChannelMoments"/>.</summary>
    public override LayerMemory Memory(in LayerShapes shapes)
    {
        var rows = new ChannelRows(shapes.Inputs[0], shapes.Double ? SimdWidth<double>.Chosen.Count : SimdWidth<float>.Chosen.Count);
        return new LayerMemory(0, rows.Width, rows.Width * (1 + (4 * rows.Parts)));
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var rows = new ChannelRows(x.Shape, call.Simd.Count);
        var slopes = WideSlopes(call, rows);
        call.Team.Run(rows.Parts, part =>
        {
            var (start, end, tail) = rows.Part(part);
            call.Run(new ForwardAction<T>(x.Data + start * rows.Width, y.Data + start * rows.Width, slopes, rows.Width, end - start, tail));
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, dy, dx, gradient) = (call.Input(), call.OutputGradient(), call.InputGradient(), call.ParameterGradient(0));
        var rows = new ChannelRows(x.Shape, call.Simd.Count);
        var slopes = WideSlopes(call, rows);
        var sums = slopes + rows.Width;
        var accumulates = !dx.IsNone && call.Accumulates();
        call.Team.Run(rows.Parts, part =>
        {
            var (start, end, tail) = rows.Part(part);
            var at = start * rows.Width;
            call.Run(new BackwardAction<T>(x.Data + at, dy.Data + at, dx.IsNone ? null : dx.Data + at, slopes, sums + part * 4 * rows.Width, rows.Width, end - start, tail, accumulates));
        });
        for (var i = 0; i < rows.Channels && !gradient.IsNone; i++)
        {
            var sum = T.CreateTruncating(ChannelMoments.Total(rows, sums, i).First);
            gradient.Data[i] = call.AccumulatesParameter(0) ? gradient.Data[i] + sum : sum;
        }
    }

    public override void Export(OnnxExport export)
    {
        var rank = export.InputShape().Rank;
        var sizes = Enumerable.Repeat(1, rank - OnnxExport.FileAxis(rank - 1, rank)).ToArray();
        sizes[0] = Parameters[0].Shape[0];
        export.Output(export.Node("PRelu", [export.Input(), export.Floats(Parameters[0].Values, sizes)]));
    }

    protected override void Bind(LayerBinding binding)
        => binding.Parameter("slope", [binding.Inputs[0].Channels], Initializers.Constant(0.25f), decays: false);

    private static T* WideSlopes<T>(LayerCall<T> call, in ChannelRows rows)
        where T : unmanaged
    {
        call.Parameter(0).Span.CopyTo(new Span<T>(call.Scratch, rows.Channels));
        ChannelMoments.Repeat(rows, call.Scratch);
        return call.Scratch;
    }

    private readonly struct ForwardAction<T>(T* x, T* y, T* slopes, nint width, nint rows, nint tail) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (nint row = 0; row <= rows; row++)
            {
                var length = row < rows ? width : tail;
                for (nint i = 0; i < length; i += TSimd.Count)
                {
                    var count = (int)Math.Min(TSimd.Count, length - i);
                    var value = TSimd.LoadFirst(x + row * width + i, count);
                    var result = TSimd.Select(TSimd.GreaterThan(value, TSimd.Zero), value, TSimd.Multiply(value, TSimd.Load(slopes + i)));
                    TSimd.StoreFirst(result, y + row * width + i, count);
                }
            }
        }
    }

    // Sums: four rows as those of ChannelMoments; the third gets Σ dy · min(x, 0).
    private readonly struct BackwardAction<T>(T* x, T* dy, T* dx, T* slopes, T* sums, nint width, nint rows, nint tail, bool accumulate) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var block = sums;
            var total = sums + 2 * width;
            new Span<T>(sums, (int)(4 * width)).Clear();
            for (nint row = 0; row <= rows; row++)
            {
                var length = row < rows ? width : tail;
                for (nint i = 0; i < length; i += TSimd.Count)
                {
                    var count = (int)Math.Min(TSimd.Count, length - i);
                    var at = row * width + i;
                    var value = TSimd.LoadFirst(x + at, count);
                    var gradient = TSimd.LoadFirst(dy + at, count);
                    TSimd.Store(TSimd.MultiplyAdd(TSimd.Min(value, TSimd.Zero), gradient, TSimd.Load(block + i)), block + i);
                    if (dx == null)
                        continue;
                    var result = TSimd.Select(TSimd.GreaterThan(value, TSimd.Zero), gradient, TSimd.Multiply(gradient, TSimd.Load(slopes + i)));
                    if (accumulate)
                        result = TSimd.Add(result, TSimd.LoadFirst(dx + at, count));
                    TSimd.StoreFirst(result, dx + at, count);
                }
                if ((row + 1) % ChannelMoments.BlockRows != 0 && row < rows)
                    continue;
                for (nint i = 0; i < width; i += TSimd.Count)
                {
                    TSimd.Store(TSimd.Add(TSimd.Load(total + i), TSimd.Load(block + i)), total + i);
                    TSimd.Store(TSimd.Zero, block + i);
                }
            }
        }
    }
}
