using System.Numerics;
using Semblance.Numerics;

namespace Semblance.Networks;

/// <summary>
/// In training, sets each element to zero with probability <paramref name="rate"/> and divides the others by 1 − rate (Srivastava et al.,
/// 2014); in inference, does nothing. Whether element i stays is a function of the call's seed and of i, so the backward pass
/// draws it again instead of keeping it.
/// </summary>
public sealed unsafe class Dropout(double rate) : Layer
{
    private const int Grain = 1 << 14;

    /// <summary>In [0, 1).</summary>
    public double Rate { get; } = rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "The share of elements to drop is at least 0 and less than 1.");

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override bool OverwritesInput(int index) => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs) => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        if (call.Training)
        {
            Drop(call, x.Data, y.Data, x.Shape.Length, accumulates: false);
            return;
        }
        if (x.Data == y.Data)
            return;
        call.ForRanges(x.Shape.Length, Grain, (start, end) =>
        {
            for (var at = start; at < end; at += Grain)
            {
                var count = (int)Math.Min(Grain, end - at);
                new ReadOnlySpan<T>(x.Data + at, count).CopyTo(new Span<T>(y.Data + at, count));
            }
        });
    }

    public override void Backward<T>(LayerCall<T> call)
        => Drop(call, call.OutputGradient().Data, call.InputGradient().Data, call.OutputGradient().Shape.Length, call.Accumulates());

    public override void Export(OnnxExport export) => export.Output(export.Input());

    private void Drop<T>(LayerCall<T> call, T* from, T* to, nint length, bool accumulates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // 32 bits decide over an element, two elements to a number.
        var dropped = (uint)Math.Round(Rate * uint.MaxValue);
        var factor = T.CreateTruncating(1 / (1 - Rate));
        var seed = unchecked((ulong)call.Seed);
        call.ForRanges((length + 1) / 2, Grain / 2, (start, end) =>
        {
            for (var pair = start; pair < end; pair++)
            {
                var state = seed + ((ulong)pair * 0x9E3779B97F4A7C15);
                var bits = SeededRandom.SplitMix64(ref state);
                var i = 2 * pair;
                var first = (uint)bits < dropped ? T.Zero : from[i] * factor;
                to[i] = accumulates ? to[i] + first : first;
                if (i + 1 == length)
                    break;
                var second = (uint)(bits >> 32) < dropped ? T.Zero : from[i + 1] * factor;
                to[i + 1] = accumulates ? to[i + 1] + second : second;
            }
        });
    }
}
