namespace Semblance.Networks.Backbones;

/// <summary>Inverted residuals with linear bottlenecks (Sandler et al., "MobileNetV2", 2018, table 2), at any width.</summary>
internal static class MobileNetV2
{
    // Expansion, channels, repeats, stride of the first repeat.
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] s_stages =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    public static Value Build(BackboneBuilder builder)
    {
        var x = builder.Convolve(builder.Pictures(), new Convolution(builder.Scaled(32), 3) { Name = "features.0.0", Stride = 2 }, "features.0.1", Activation.Relu6);
        var index = 1;
        foreach (var (expansion, channels, repeats, stride) in s_stages)
        {
            for (var repeat = 0; repeat < repeats; repeat++)
                x = InvertedResidual(builder, x, $"features.{index++}.conv", expansion, builder.Scaled(channels), repeat == 0 ? stride : 1);
        }
        // Narrow networks keep the wide last layer (section 4 of the paper).
        var last = builder.Options.WidthMultiplier > 1 ? builder.Scaled(1280) : 1280;
        return builder.Convolve(x, new Convolution(last, 1) { Name = $"features.{index}.0" }, $"features.{index}.1", Activation.Relu6);
    }

    private static Value InvertedResidual(BackboneBuilder builder, Value x, string name, int expansion, int channels, int stride)
    {
        var hidden = x.Shape.Channels * expansion;
        var part = 0;
        var y = x;
        if (expansion > 1)
        {
            y = builder.Convolve(y, new Convolution(hidden, 1) { Name = $"{name}.{part}.0" }, $"{name}.{part}.1", Activation.Relu6);
            part++;
        }
        y = builder.Convolve(y, new Convolution(hidden, 3) { Name = $"{name}.{part}.0", Stride = stride, Groups = hidden }, $"{name}.{part}.1", Activation.Relu6);
        Value? residual = stride == 1 && x.Shape.Channels == channels ? x : null;
        return builder.Convolve(y, new Convolution(channels, 1) { Name = $"{name}.{part + 1}" }, $"{name}.{part + 2}", Activation.None, residual);
    }
}
