using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// Turns pictures into vectors. Thread-safe: several threads may call <see cref="Embed"/> at once.
/// An embedder never knows of galleries; a vector is L2-normalised unless its description says otherwise.
/// </summary>
public interface IEmbedder : IDisposable
{
    EmbedderDescription Description { get; }

    /// <summary>
    /// One row per picture: <c>[pictures.Count, Description.Dimension]</c>. An embedder of bits gives one number for each bit, which is set
    /// where the number is above 0.
    /// </summary>
    Matrix Embed(IReadOnlyList<Picture> pictures);
}
