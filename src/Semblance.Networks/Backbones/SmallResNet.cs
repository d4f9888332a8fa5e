namespace Semblance.Networks.Backbones;

/// <summary>
/// ResNet-20 for pictures of 28 to 64 pixels (He et al., 2016, section 4.2): three stages of three blocks with 16, 32 and 64 channels.
/// Where the size changes the shortcut is a 1×1 convolution (the paper's option B).
/// </summary>
internal static class SmallResNet
{
    private const int Blocks = 3;

    public static Value Build(BackboneBuilder builder)
    {
        var x = builder.Convolve(builder.Pictures(), new Convolution(builder.Scaled(16), 3) { Name = "conv1" }, "bn1");
        for (var stage = 0; stage < 3; stage++)
        {
            for (var block = 0; block < Blocks; block++)
                x = ResNet.Basic(builder, x, $"layer{stage + 1}.{block}", builder.Scaled(16 << stage), stage > 0 && block == 0 ? 2 : 1);
        }
        return x;
    }
}
