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
    /// Length of the vectors of the output <c>embedding</c>: features pooled, mapped linearly, L2-normalised. 0 builds none.
    /// </summary>
    public int EmbeddingSize { get; init; }

    /// <summary>Pooling in front of the embedding; <see cref="Pooling.Gem"/> learns its exponent.</summary>
    public Pooling EmbeddingPooling { get; init; }

    /// <summary>
    /// Whether the last feature map, [n, h, w, c] and [n, c] for networks without pictures, is an output <c>features</c> too. It always
    /// is in a network that has neither classifier nor embedding.
    /// </summary>
    public bool Features { get; init; }

    /// <summary>Multiplies the channels of all layers, rounded to multiples of 8 and never down by more than a tenth.</summary>
    public double WidthMultiplier { get; init; } = 1;

    /// <summary>Share of features dropped in front of the classifier, and between VGG's fully connected layers; null is the published one.</summary>
    public double? Dropout { get; init; }

    /// <summary>VGG only: a batch norm behind each convolution.</summary>
    public bool BatchNorm { get; init; }

    /// <summary>MLP and text network only: features of the hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [256, 128];

    /// <summary>Text network only: rows of the embedding table.</summary>
    public int Vocabulary { get; init; } = 10_000;

    /// <summary>Text network only: tokens of a text.</summary>
    public int Tokens { get; init; } = 32;

    /// <summary>Text network only: features of a token.</summary>
    public int TokenFeatures { get; init; } = 128;

    /// <summary>Text network only: lays the tokens' features side by side, so that their order counts, instead of taking the mean.</summary>
    public bool JoinsTokens { get; init; }

    /// <summary>Where the weights' random numbers start from.</summary>
    public long Seed { get; init; }
}
