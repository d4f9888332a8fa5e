using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Testing;

namespace Semblance.Learning.Tests;

/// <summary>
/// A task that a small network learns in a few steps: squares of one colour, whose class is the strongest channel; and a network
/// with everything that a checkpoint must remember.
/// </summary>
internal static class ColouredSquares
{
    public const int Side = 8;

    public static readonly ModelInput Input = new(Side, Side, ChannelOrder.Rgb, TensorLayout.Nhwc, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25], 1 / 255.0, ResizeRule.Stretch);

    public static LabelledPictures Pictures(int count, long seed)
    {
        var random = new SeededRandom(seed);
        var (sources, labels) = (new List<PictureSource>(), new List<int>());
        for (var i = 0; i < count; i++)
        {
            var label = random.NextInt(3);
            byte Channel(int channel) => (byte)(random.NextInt(110) + (channel == label ? 120 : 0));
            sources.Add(PictureSource.FromPicture($"{i}", TestPictures.Solid(Side, Side, Channel(0), Channel(1), Channel(2))));
            labels.Add(label);
        }
        return new LabelledPictures(sources, labels, ["red", "green", "blue"]);
    }

    public static DataLoader Loader(LabelledPictures data, int batch, bool training = true, long seed = 5) => training
        ? new DataLoader(data, new ShuffledBatches(data.Count, batch), Input, new() { Augmentation = new AugmentationPipeline(new RandomCrop(), new RandomHorizontalFlip()), Seed = seed })
        : new DataLoader(data, new SequentialBatches(data.Count, batch), Input);

    public static Network Network(int filters = 6, long seed = 1)
    {
        var network = new Network(seed);
        var x = network.Input("pictures", [1, Side, Side, 3]);
        x = network.Add(new Convolution(filters, 3), x);
        x = network.Add(new BatchNorm { Activation = Activation.Relu }, x);
        x = network.Add(new GlobalAveragePool(), x);
        x = network.Add(new Dropout(0.3), x);
        network.Output("classes", network.Add(new Linear(3), x));
        return network;
    }

    public static byte[] Weights(Network network)
        => [.. network.Parameters.SelectMany(parameter => System.Runtime.InteropServices.MemoryMarshal.AsBytes(parameter.Values).ToArray())];
}
