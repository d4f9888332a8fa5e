using Semblance.Imaging;

namespace Semblance.Learning;

/// <summary>How a <see cref="DataLoader"/> works.</summary>
public sealed record DataLoaderOptions
{
    /// <summary>Null: each picture as the network will see it later, when it embeds; for evaluation.</summary>
    public AugmentationPipeline? Augmentation { get; init; }

    /// <summary>Decides the order and every augmentation.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Threads beside the caller's that prepare pictures. They compete with training for cores, and one is enough for all but large
    /// photographs; the pictures do not depend on it.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>Batches that are made, or being made, before they are asked for.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>
    /// Most bytes of decoded pictures that are kept, 3 for a pixel at <see cref="LoadSide"/>. What does not fit is decoded again
    /// each time. 0 keeps none.
    /// </summary>
    public long CacheBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Short side at which pictures are decoded; smaller ones keep their size. 0: what the network needs, and an eighth of it more when
    /// pictures are augmented (256 for a network of 224). More keeps small parts of <see cref="RandomResizedCrop"/> sharp and costs
    /// time and cache.
    /// </summary>
    public int LoadSide { get; init; }
}
