using Semblance.Networks;

namespace Semblance.Benchmarks.Training;

/// <summary>Pictures as ONNX files have them, channels first.</summary>
internal static class Planes
{
    public static float[] Of(Tensor<float> pictures)
    {
        var shape = pictures.Shape;
        var (pixels, channels) = ((int)shape.Product(1, 3), shape.Channels);
        var values = new float[pictures.Span.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (channel, pixel, picture) = (i % channels, i / channels % pixels, i / channels / pixels);
            values[(((picture * channels) + channel) * pixels) + pixel] = pictures.Span[i];
        }
        return values;
    }
}
