using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>What makes vectors comparable: two embedders with equal identities give interchangeable vectors.</summary>
/// <param name="Id">Name that users type, e.g. <c>resnet18</c> or <c>hsv</c>.</param>
/// <param name="Sha256">Hash of the weights and of the settings that change a vector; lower-case hex.</param>
/// <param name="Dimension">Length of a vector.</param>
public sealed record EmbedderIdentity(string Id, string Sha256, int Dimension);

/// <summary>
/// Turns pictures into vectors. Thread-safe: several threads may call <see cref="Embed"/> at once.
/// An embedder never knows of galleries; a vector is L2-normalised unless its description says otherwise.
/// </summary>
public interface IEmbedder : IDisposable
{
    EmbedderIdentity Identity { get; }

    /// <summary>Shortest side, in pixels, that a decoded picture needs so that nothing is lost; decoders may shrink down to it.</summary>
    int MinimumSide { get; }

    /// <summary>True when plain vectors profit from whitening fitted on a collection (network features do, histograms do not).</summary>
    bool BenefitsFromWhitening { get; }

    /// <summary>One row per picture: <c>[pictures.Count, Identity.Dimension]</c>.</summary>
    Matrix Embed(IReadOnlyList<Picture> pictures);
}
