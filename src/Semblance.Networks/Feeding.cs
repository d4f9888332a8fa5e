namespace Semblance.Networks;

/// <summary>
/// A way of turning 8-bit colours into a network's numbers that many networks were trained with. Level v of channel c becomes
/// <c>(v · Scale − Mean[c]) / Std[c]</c>, as in <see cref="ModelInput"/>.
/// </summary>
/// <param name="Name">What users type.</param>
/// <param name="Meaning">In words, for a table.</param>
/// <param name="Mean">One number per channel, in the order of <paramref name="Channels"/>.</param>
/// <param name="Std">One number per channel, in the order of <paramref name="Channels"/>.</param>
public sealed record Feeding(string Name, string Meaning, ChannelOrder Channels, double Scale, IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    private const double Unit = 1.0 / 255;

    // Two ways that differ by less than this share of their range are one for the purpose of telling them apart.
    private const double Tolerance = 0.15;

    private static readonly double[] s_none = [0, 0, 0];
    private static readonly double[] s_one = [1, 1, 1];
    private static readonly double[] s_half = [0.5, 0.5, 0.5];
    private static readonly double[] s_imageNetMean = [0.485, 0.456, 0.406];
    private static readonly double[] s_imageNetStd = [0.229, 0.224, 0.225];
    private static readonly double[] s_levelMean = [123.68, 116.779, 103.939];

    /// <summary>RGB from 0 to 1, minus ImageNet's mean, by its deviation: torchvision and most of timm.</summary>
    public static Feeding ImageNet { get; } = new("imagenet", "RGB, 0..1, minus ImageNet's mean, by its deviation", ChannelOrder.Rgb, Unit, s_imageNetMean, s_imageNetStd);

    /// <summary>BGR from 0 to 255, minus ImageNet's mean: Caffe, CNTK, and what Keras calls 'caffe'.</summary>
    public static Feeding Caffe { get; } = new("caffe", "BGR, 0..255, minus ImageNet's mean", ChannelOrder.Bgr, 1, [.. s_levelMean.Reverse()], s_one);

    /// <summary>RGB from −1 to 1: TensorFlow's Inceptions and MobileNets, and what Keras calls 'tf'.</summary>
    public static Feeding Signed { get; } = new("signed", "RGB, -1..1", ChannelOrder.Rgb, Unit, s_half, s_half);

    /// <summary>RGB from 0 to 255 as it is.</summary>
    public static Feeding Levels { get; } = new("levels", "RGB, 0..255", ChannelOrder.Rgb, 1, s_none, s_one);

    /// <summary>RGB, minus the mean of CLIP's pictures, by their deviation.</summary>
    public static Feeding Clip { get; } = new("clip", "RGB, 0..1, minus CLIP's mean, by its deviation", ChannelOrder.Rgb, Unit, [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>All that have a name, the commonest first.</summary>
    public static IReadOnlyList<Feeding> Known => [.. Pairs.Select(pair => pair.Usual), Clip, .. Pairs.Select(pair => pair.Reversed)];

    /// <summary>What is tried on a network: each scale with the order of channels that goes with it as a rule, and with the other one.</summary>
    internal static IReadOnlyList<(Feeding Usual, Feeding Reversed)> Pairs { get; } =
    [
        (ImageNet, new("imagenet-bgr", "BGR, 0..1, minus ImageNet's mean, by its deviation", ChannelOrder.Bgr, Unit, [.. s_imageNetMean.Reverse()], [.. s_imageNetStd.Reverse()])),
        (Signed, new("signed-bgr", "BGR, -1..1", ChannelOrder.Bgr, Unit, s_half, s_half)),
        (Caffe, new("centred", "RGB, 0..255, minus ImageNet's mean", ChannelOrder.Rgb, 1, s_levelMean, s_one)),
        (new("unit", "RGB, 0..1", ChannelOrder.Rgb, Unit, s_none, s_one), new("unit-bgr", "BGR, 0..1", ChannelOrder.Bgr, Unit, s_none, s_one)),
        (Levels, new("levels-bgr", "BGR, 0..255", ChannelOrder.Bgr, 1, s_none, s_one)),
        (new("half", "RGB, -0.5..0.5", ChannelOrder.Rgb, Unit, s_half, s_one), new("half-bgr", "BGR, -0.5..0.5", ChannelOrder.Bgr, Unit, s_half, s_one)),
    ];

    /// <summary>One of <see cref="Known"/>; null where there is none of that name.</summary>
    public static Feeding? Find(string name) => Known.FirstOrDefault(feeding => feeding.Name == name);

    /// <summary>What a level (0 to 255) becomes in channel <paramref name="channel"/> of the network.</summary>
    public double Value(int channel, double level) => ((level * Scale) - Mean[channel]) / Std[channel];

    /// <summary>An input of the same size, layout and resize rule that is fed this way.</summary>
    public ModelInput ApplyTo(ModelInput input) => input with { Channels = Channels, Scale = Scale, Mean = Mean, Std = Std };

    /// <summary>Whether the two differ too little for a picture's vector to show it, as the deviations of two data sets do.</summary>
    public bool IsCloseTo(Feeding other)
    {
        if (Channels != other.Channels)
            return false;
        for (var channel = 0; channel < 3; channel++)
        {
            var range = Math.Min(Value(channel, 255) - Value(channel, 0), other.Value(channel, 255) - other.Value(channel, 0));
            foreach (var level in (double[])[0, 255])
            {
                if (Math.Abs(Value(channel, level) - other.Value(channel, level)) > Tolerance * range)
                    return false;
            }
        }
        return true;
    }
}
