using Semblance.Networks;

namespace Semblance.Features.Runtimes;

/// <summary>Writes a picture of the pass as the network takes it, <c>[3, h, w]</c> or <c>[h, w, 3]</c>.</summary>
/// <param name="picture">Its place in the pass, from 0.</param>
internal delegate void FillPicture(int picture, Span<float> pixels);

/// <summary>Takes the value of one tap of the manifest for a picture of the pass; its shape begins with 1.</summary>
internal delegate void ReadTap(int picture, int tap, ReadOnlySpan<float> values, IReadOnlyList<long> shape);

/// <summary>A model's network, loaded, on one of the runtimes. Thread-safe.</summary>
internal interface IPictureNetwork : IDisposable
{
    /// <summary>Order of axes in which pictures are filled in and maps are read.</summary>
    TensorLayout Layout { get; }

    /// <summary>The most pictures of one pass, and the number at which a picture costs least.</summary>
    int MostAtOnce { get; }

    /// <summary>One pass. A picture's values do not depend on what goes with it.</summary>
    /// <param name="count">1 to <see cref="MostAtOnce"/>.</param>
    void Run(int count, FillPicture fill, ReadTap read);
}
