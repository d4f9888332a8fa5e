namespace Semblance.Networks;

/// <summary>What may differ between two networks of one architecture.</summary>
public sealed record ArchitectureOptions
{
    /// <summary>Nominal height of the pictures; 0 is the published one. Runs may use other sizes where the network allows.</summary>
    public int Height { get; init; }

    /// <summary>Nominal width of the pictures; 0 is the published one.</summary>
    public int Width { get; init; }

    /// <summary>Channels of the pictures.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Outputs of the classifier, the network's output <c>logits</c>; 0 builds none.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>
    /// Whether the last feature map, [n, h, w, c] and [n, c] for networks without pictures, is an output <c>features</c> too. It always
    /// is in a network without classifier.
    /// </summary>
    public bool Features { get; init; }

    /// <summary>Multiplies the channels of all layers, rounded to multiples of 8 and never down by more than a tenth.</summary>
    public double WidthMultiplier { get; init; } = 1;

    /// <summary>VGG only: a batch norm behind each convolution.</summary>
    public bool BatchNorm { get; init; }

    /// <summary>MLP only: features of the hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [256, 128];

    /// <summary>Where the weights' random numbers start from.</summary>
    public long Seed { get; init; }
}
