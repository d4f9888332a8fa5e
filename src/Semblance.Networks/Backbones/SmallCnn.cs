namespace Semblance.Networks.Backbones;

/// <summary>Three stages of two 3×3 convolutions with 32, 64 and 128 channels, each but the last halved by a pooling: for pictures of 28 to 64 pixels.</summary>
internal static class SmallCnn
{
    public static Value Build(BackboneBuilder builder)
    {
        var x = builder.Pictures();
        for (var stage = 0; stage < 3; stage++)
        {
            if (stage > 0)
                x = builder.Add(new MaxPool(2), x);
            for (var i = 0; i < 2; i++)
                x = builder.Convolve(x, new Convolution(builder.Scaled(32 << stage), 3) { Name = $"stage{stage + 1}.{i}.conv" }, $"stage{stage + 1}.{i}.bn");
        }
        return x;
    }
}
