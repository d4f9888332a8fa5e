using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>The largest value over all places of a picture, [n, h, w, c] to [n, c]; the first of equal ones gets the gradient.</summary>
public sealed unsafe class GlobalMaxPool : Layer
{
    // Places are numbered in the run's element type, and single precision has whole numbers up to 2²⁴.
    private const int MostPlaces = 1 << 24;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
        => inputs.Length == 1 && inputs[0].Rank == 4 && inputs[0].Product(1, 3) <= MostPlaces
            ? [[inputs[0][0], inputs[0][3]]]
            : throw Misfit(inputs, $"it takes pictures, [batch, height, width, channels], of at most {MostPlaces} pixels.");

    /// <summary>The place of each maximum.</summary>
    public override LayerMemory Memory(in LayerShapes shapes) => shapes.Training ? new LayerMemory(shapes.Outputs[0].Length) : default;

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var (places, channels) = (x.Shape.Product(1, 3), x.Shape.Channels);
        call.Team.Run(x.Shape[0], picture =>
        {
            var row = (nint)picture * channels;
            call.Run(new ForwardAction<T>(x.Data + row * places, y.Data + row, call.Training ? call.Saved + row : null, places, channels));
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy, accumulates) = (call.InputGradient(), call.OutputGradient(), call.Accumulates());
        var (places, channels) = (dx.Shape.Product(1, 3), dx.Shape.Channels);
        call.Team.Run(dx.Shape[0], picture =>
        {
            var row = (nint)picture * channels;
            var target = dx.Data + row * places;
            for (nint place = 0; place < places && !accumulates; place++)
                new Span<T>(target + place * channels, channels).Clear();
            for (var channel = 0; channel < channels; channel++)
                target[(nint.CreateTruncating(call.Saved[row + channel]) * channels) + channel] += dy.Data[row + channel];
        });
    }

    public override void Export(OnnxExport export)
        => export.Output(export.Node("Flatten", [export.Node("GlobalMaxPool", [export.Input()])]));

    private readonly struct ForwardAction<T>(T* x, T* y, T* positions, nint places, int channels) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint c = channels;
            for (nint i = 0; i < c; i += TSimd.Count)
            {
                var count = (int)Math.Min(TSimd.Count, c - i);
                var best = TSimd.LoadFirst(x + i, count);
                var position = TSimd.Zero;
                var number = TSimd.Zero;
                for (nint place = 1; place < places; place++)
                {
                    number = TSimd.Add(number, TSimd.Constant(1));
                    var value = TSimd.LoadFirst(x + place * c + i, count);
                    var larger = TSimd.GreaterThan(value, best);
                    best = TSimd.Select(larger, value, best);
                    position = TSimd.Select(larger, number, position);
                }
                TSimd.StoreFirst(best, y + i, count);
                if (positions != null)
                    TSimd.StoreFirst(position, positions + i, count);
            }
        }
    }
}
