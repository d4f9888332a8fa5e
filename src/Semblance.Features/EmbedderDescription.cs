using System.Security.Cryptography;
using System.Text;
using Semblance.Index;
using Semblance.Networks;

namespace Semblance.Features;

/// <summary>What an embedder's vectors are, known before it is opened.</summary>
/// <param name="Id">Name that users type, e.g. <c>resnet18</c> or <c>hsv</c>.</param>
/// <param name="Sha256">
/// Hash of the weights and of the settings that change a vector, lower-case hex: vectors of two embedders with equal hashes may be compared.
/// </param>
/// <param name="Dimension">Numbers of a vector, or bits of a code.</param>
/// <param name="Metric">How its vectors are compared; <see cref="Metric.Hamming"/> for bits.</param>
public sealed record EmbedderDescription(string Id, string Sha256, SpaceKind Kind, Modality Modality, int Dimension, Metric Metric, PictureNeeds Needs)
{
    /// <summary>True when plain vectors profit from whitening fitted on a collection (network features do, histograms do not).</summary>
    public bool BenefitsFromWhitening { get; init; }

    /// <summary>False for an embedder of colours alone, to which two drawings in the same colours are one.</summary>
    public bool SeesShape { get; init; } = true;

    /// <summary>Of a descriptor that needs no weights.</summary>
    /// <param name="settings">All that changes a vector, in words, with a version; its hash is the identity.</param>
    public static EmbedderDescription OfDescriptor(string id, string settings, SpaceKind kind, int dimension, Metric metric, PictureNeeds needs) =>
        new(id, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings))), kind, Modality.Picture, dimension, metric, needs);
}

/// <summary>What an embedder needs of a decoded picture, which is RGB with its transparent parts laid on white or black.</summary>
/// <param name="MinimumSide">Shortest side, in pixels, so that nothing is lost; decoders may shrink down to it.</param>
public sealed record PictureNeeds(int MinimumSide)
{
    /// <summary>What serves both.</summary>
    public PictureNeeds And(PictureNeeds other) => new(Math.Max(MinimumSide, other.MinimumSide));
}
