namespace Semblance.Networks.Backbones;

/// <summary>
/// Densely connected network with bottlenecks and compression (Huang et al., 2017, table 1): every layer reads the features of all
/// layers before it in its block.
/// </summary>
internal static class DenseNet121
{
    private const int Growth = 32;

    private static readonly int[] s_layers = [6, 12, 24, 16];

    public static Value Build(BackboneBuilder builder)
    {
        var x = builder.Convolve(builder.Pictures(), new Convolution(builder.Scaled(64), 7) { Name = "features.conv0", Stride = 2 }, "features.norm0");
        x = builder.Add(new MaxPool(3) { Stride = 2, Padding = new Padding(1) }, x);
        for (var block = 0; block < s_layers.Length; block++)
        {
            x = Block(builder, x, $"features.denseblock{block + 1}", s_layers[block]);
            if (block < s_layers.Length - 1)
                x = Transition(builder, x, $"features.transition{block + 1}");
        }
        return builder.Normalize(x, "features.norm5");
    }

    // Each layer concatenates all features anew: the copies are cheap to make again in the backward pass, so that they need not be kept.
    private static Value Block(BackboneBuilder builder, Value x, string name, int layers)
    {
        var growth = builder.Scaled(Growth);
        var features = new List<Value> { x };
        for (var layer = 1; layer <= layers; layer++)
        {
            var prefix = $"{name}.denselayer{layer}";
            var y = builder.Normalize(Joined(builder, features), prefix + ".norm1");
            y = builder.Convolve(y, new Convolution(4 * growth, 1) { Name = prefix + ".conv1" }, prefix + ".norm2");
            features.Add(builder.Add(new Convolution(growth, 3) { Name = prefix + ".conv2" }, y));
        }
        return Joined(builder, features);
    }

    private static Value Joined(BackboneBuilder builder, List<Value> features)
        => features.Count == 1 ? features[0] : builder.Add(new Concat(-1), [.. features]);

    private static Value Transition(BackboneBuilder builder, Value x, string name)
    {
        var y = builder.Add(new Convolution(x.Shape.Channels / 2, 1) { Name = name + ".conv" }, builder.Normalize(x, name + ".norm"));
        return builder.Add(new AveragePool(2), y);
    }
}
