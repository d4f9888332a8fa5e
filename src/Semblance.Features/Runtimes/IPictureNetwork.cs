using Semblance.Networks;

namespace Semblance.Features.Runtimes;

/// <summary>Writes one picture as the network takes it, <c>[3, h, w]</c> or <c>[h, w, 3]</c>.</summary>
internal delegate void FillPicture(Span<float> pixels);

/// <summary>Takes the value of one tap of the manifest for the picture; its shape begins with 1.</summary>
internal delegate void ReadTap(int tap, ReadOnlySpan<float> values, IReadOnlyList<long> shape);

/// <summary>A model's network, loaded, on one of the runtimes. Thread-safe; one picture a call.</summary>
internal interface IPictureNetwork : IDisposable
{
    /// <summary>Order of axes in which pictures are filled in and maps are read.</summary>
    TensorLayout Layout { get; }

    void Run(FillPicture fill, ReadTap read);
}
