using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>
/// A rectangle painted over in some of the pictures, so that a network does not hang on one detail (Zhong et al., "Random erasing
/// data augmentation", 2020; ranges of torchvision). It works on the picture, as in the paper, not on the normalised tensor: the
/// network's mean colour as <see cref="Colour"/> is what painting the tensor with zeros would be.
/// </summary>
public sealed record RandomErasing : PixelAugmentation
{
    private const int Attempts = 10;

    public double Probability { get; init => field = Chance.Of(value, nameof(Probability)); } = 0.5;

    /// <summary>Share of the picture's area.</summary>
    public AugmentationRange Scale { get; init => field = value.Within(0, 1, nameof(Scale)); } = new(0.02, 0.33);

    /// <summary>Height over width of the rectangle.</summary>
    public AugmentationRange Ratio { get; init => field = value.Within(0, double.MaxValue, nameof(Ratio)); } = new(0.3, 3.3);

    /// <summary>What the rectangle gets; null: a random colour for each pixel, which the paper found best.</summary>
    public Rgb? Colour { get; init; }

    public override void Apply(Span<byte> pixels, int width, int height, SeededRandom random)
    {
        if (random.NextDouble() >= Probability)
            return;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = (double)width * height * Scale.Draw(random);
            var ratio = Ratio.DrawLogarithmic(random);
            var boxHeight = (int)Math.Round(Math.Sqrt(area * ratio));
            var boxWidth = (int)Math.Round(Math.Sqrt(area / ratio));
            if (boxWidth < 1 || boxHeight < 1 || boxWidth > width || boxHeight > height)
                continue;
            var top = random.NextInt(height - boxHeight + 1);
            var left = random.NextInt(width - boxWidth + 1);
            for (var y = top; y < top + boxHeight; y++)
                Erase(pixels.Slice(((y * width) + left) * 3, boxWidth * 3), random);
            return;
        }
    }

    private void Erase(Span<byte> row, SeededRandom random)
    {
        if (Colour is { } colour)
        {
            MemoryMarshal.Cast<byte, Rgb>(row).Fill(colour);
            return;
        }
        for (; row.Length >= sizeof(ulong); row = row[sizeof(ulong)..])
            MemoryMarshal.Write(row, random.NextUInt64());
        var rest = random.NextUInt64();
        for (var i = 0; i < row.Length; i++)
            row[i] = (byte)(rest >> (8 * i));
    }
}
