namespace Semblance.Networks.Backbones;

/// <summary>Simonyan and Zisserman, "Very deep convolutional networks", 2015, configurations D and E.</summary>
internal static class Vgg
{
    /// <summary>Convolutions between two poolings.</summary>
    public static int[] Depth16 => [2, 2, 3, 3, 3];

    public static int[] Depth19 => [2, 2, 4, 4, 4];

    public static Value Build(BackboneBuilder builder, int[] convolutions)
    {
        var x = builder.Pictures();
        // Numbers of torchvision's modules, activations and poolings being modules of their own there.
        var module = 0;
        for (var stage = 0; stage < convolutions.Length; stage++)
        {
            var channels = builder.Scaled(Math.Min(64 << stage, 512));
            for (var i = 0; i < convolutions[stage]; i++)
            {
                var convolution = new Convolution(channels, 3) { Name = $"features.{module}", Bias = true, Activation = builder.Options.BatchNorm ? Activation.None : Activation.Relu };
                x = builder.Add(convolution, x);
                if (builder.Options.BatchNorm)
                    x = builder.Normalize(x, $"features.{module + 1}");
                module += builder.Options.BatchNorm ? 3 : 2;
            }
            x = builder.Add(new MaxPool(2), x);
            module++;
        }
        return x;
    }

    /// <summary>The two hidden fully connected layers; they fix the size of the pictures.</summary>
    public static Value FullyConnected(BackboneBuilder builder, Value features)
    {
        var x = builder.Add(new Flatten { ChannelsFirst = true }, features);
        x = builder.Add(new Relu(), builder.Add(new Linear(builder.Scaled(4096)) { Name = "classifier.0" }, x));
        if (builder.Options.Dropout is > 0 and var rate)
            x = builder.Add(new Dropout(rate), x);
        return builder.Add(new Relu(), builder.Add(new Linear(builder.Scaled(4096)) { Name = "classifier.3" }, x));
    }
}
