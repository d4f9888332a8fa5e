namespace Semblance.Networks.Backbones;

/// <summary>
/// Szegedy et al., "Rethinking the Inception architecture", 2016, without the auxiliary classifier. Pictures of 75 pixels at least.
/// </summary>
internal static class InceptionV3
{
    private const double Epsilon = 1e-3;

    public static Value Build(BackboneBuilder builder)
    {
        var block = new Blocks(builder);
        var x = block.Unpadded(builder.Pictures(), "Conv2d_1a_3x3", 32, 3, stride: 2);
        x = block.Unpadded(x, "Conv2d_2a_3x3", 32, 3);
        x = block.Padded(x, "Conv2d_2b_3x3", 64, 3, 3);
        x = block.Shrunk(x);
        x = block.Padded(x, "Conv2d_3b_1x1", 80, 1, 1);
        x = block.Unpadded(x, "Conv2d_4a_3x3", 192, 3);
        x = block.Shrunk(x);
        x = block.A(x, "Mixed_5b", 32);
        x = block.A(x, "Mixed_5c", 64);
        x = block.A(x, "Mixed_5d", 64);
        x = block.B(x, "Mixed_6a");
        x = block.C(x, "Mixed_6b", 128);
        x = block.C(x, "Mixed_6c", 160);
        x = block.C(x, "Mixed_6d", 160);
        x = block.C(x, "Mixed_6e", 192);
        x = block.D(x, "Mixed_7a");
        x = block.E(x, "Mixed_7b");
        return block.E(x, "Mixed_7c");
    }

    /// <summary>The modules of figures 5, 6, 7 and 10 under the letters that the published code gave them.</summary>
    private sealed class Blocks(BackboneBuilder builder)
    {
        public Value Padded(Value x, string name, int channels, int height, int width)
            => builder.Convolve(x, new Convolution(builder.Scaled(channels), height) { Name = name + ".conv", KernelWidth = width }, name + ".bn", epsilon: Epsilon);

        public Value Unpadded(Value x, string name, int channels, int kernel, int stride = 1)
            => builder.Convolve(x, new Convolution(builder.Scaled(channels), kernel) { Name = name + ".conv", Stride = stride, Padding = Padding.None }, name + ".bn", epsilon: Epsilon);

        public Value Shrunk(Value x) => builder.Add(new MaxPool(3) { Stride = 2 }, x);

        public Value A(Value x, string name, int pooled)
        {
            var wide = Padded(Padded(x, name + ".branch5x5_1", 48, 1, 1), name + ".branch5x5_2", 64, 5, 5);
            var twice = Padded(Padded(x, name + ".branch3x3dbl_1", 64, 1, 1), name + ".branch3x3dbl_2", 96, 3, 3);
            twice = Padded(twice, name + ".branch3x3dbl_3", 96, 3, 3);
            return Join(Padded(x, name + ".branch1x1", 64, 1, 1), wide, twice, Mean(x, name, pooled));
        }

        public Value B(Value x, string name)
        {
            var once = Unpadded(x, name + ".branch3x3", 384, 3, stride: 2);
            var twice = Padded(Padded(x, name + ".branch3x3dbl_1", 64, 1, 1), name + ".branch3x3dbl_2", 96, 3, 3);
            twice = Unpadded(twice, name + ".branch3x3dbl_3", 96, 3, stride: 2);
            return Join(once, twice, Shrunk(x));
        }

        public Value C(Value x, string name, int channels)
        {
            var once = Padded(x, name + ".branch7x7_1", channels, 1, 1);
            once = Padded(once, name + ".branch7x7_2", channels, 1, 7);
            once = Padded(once, name + ".branch7x7_3", 192, 7, 1);
            var twice = Padded(x, name + ".branch7x7dbl_1", channels, 1, 1);
            twice = Padded(twice, name + ".branch7x7dbl_2", channels, 7, 1);
            twice = Padded(twice, name + ".branch7x7dbl_3", channels, 1, 7);
            twice = Padded(twice, name + ".branch7x7dbl_4", channels, 7, 1);
            twice = Padded(twice, name + ".branch7x7dbl_5", 192, 1, 7);
            return Join(Padded(x, name + ".branch1x1", 192, 1, 1), once, twice, Mean(x, name, 192));
        }

        public Value D(Value x, string name)
        {
            var small = Unpadded(Padded(x, name + ".branch3x3_1", 192, 1, 1), name + ".branch3x3_2", 320, 3, stride: 2);
            var large = Padded(x, name + ".branch7x7x3_1", 192, 1, 1);
            large = Padded(large, name + ".branch7x7x3_2", 192, 1, 7);
            large = Padded(large, name + ".branch7x7x3_3", 192, 7, 1);
            large = Unpadded(large, name + ".branch7x7x3_4", 192, 3, stride: 2);
            return Join(small, large, Shrunk(x));
        }

        public Value E(Value x, string name)
        {
            var once = Padded(x, name + ".branch3x3_1", 384, 1, 1);
            once = Join(Padded(once, name + ".branch3x3_2a", 384, 1, 3), Padded(once, name + ".branch3x3_2b", 384, 3, 1));
            var twice = Padded(Padded(x, name + ".branch3x3dbl_1", 448, 1, 1), name + ".branch3x3dbl_2", 384, 3, 3);
            twice = Join(Padded(twice, name + ".branch3x3dbl_3a", 384, 1, 3), Padded(twice, name + ".branch3x3dbl_3b", 384, 3, 1));
            return Join(Padded(x, name + ".branch1x1", 320, 1, 1), once, twice, Mean(x, name, 192));
        }

        private Value Mean(Value x, string name, int channels)
            => Padded(builder.Add(new AveragePool(3) { Stride = 1, Padding = new Padding(1), CountIncludePad = true }, x), name + ".branch_pool", channels, 1, 1);

        private Value Join(params ReadOnlySpan<Value> parts) => builder.Add(new Concat(-1), parts);
    }
}
