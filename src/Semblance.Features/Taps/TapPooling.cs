using System.Numerics.Tensors;
using Semblance.Networks;

namespace Semblance.Features.Taps;

/// <summary>One picture's network output to one number per channel.</summary>
internal static class TapPooling
{
    /// <summary>
    /// Length of the vector that an output of <paramref name="shape"/> gives: <c>[n, d]</c> as it is, <c>[n, tokens, d]</c> over
    /// the tokens, a feature map over its area. -1 where the model leaves that dimension open.
    /// </summary>
    public static long Channels(IReadOnlyList<long> shape, TensorLayout layout) => shape.Count switch
    {
        2 => shape[1],
        3 => shape[2],
        4 => layout == TensorLayout.Nchw ? shape[1] : shape[3],
        _ => 0,
    };

    /// <param name="values">Output for one picture; its shape begins with 1.</param>
    /// <param name="target">Length <see cref="Channels"/>.</param>
    public static void Pool(ReadOnlySpan<float> values, IReadOnlyList<long> shape, TensorLayout layout, ModelTap tap, Span<float> target)
    {
        if (shape.Count == 2 || tap.Pooling == Pooling.Token)
        {
            values[..target.Length].CopyTo(target);
            return;
        }
        var channels = target.Length;
        var places = values.Length / channels;
        var channelsFirst = shape.Count == 4 && layout == TensorLayout.Nchw;
        var (channelStep, placeStep) = channelsFirst ? (places, 1) : (1, channels);
        for (var channel = 0; channel < channels; channel++)
            target[channel] = Pool(values[(channel * channelStep)..], places, placeStep, tap);
    }

    private static float Pool(ReadOnlySpan<float> values, int places, int step, ModelTap tap)
    {
        if (tap.Pooling == Pooling.Max)
        {
            var largest = float.NegativeInfinity;
            for (var i = 0; i < places; i++)
                largest = Math.Max(largest, values[i * step]);
            return largest;
        }
        double sum = 0;
        for (var i = 0; i < places; i++)
            sum += tap.Pooling == Pooling.Avg ? values[i * step] : Math.Pow(Math.Max(values[i * step], 0), tap.GemP);
        return (float)(tap.Pooling == Pooling.Avg ? sum / places : Math.Pow(sum / places, 1 / tap.GemP));
    }

    /// <summary>Scales to the given length; a zero vector stays zero.</summary>
    public static void Normalise(Span<float> vector, float length = 1)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (norm > 0)
            TensorPrimitives.Divide(vector, norm / length, vector);
    }
}
