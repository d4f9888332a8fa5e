using Microsoft.Extensions.Logging;
using Semblance.Features;
using Semblance.Networks;

namespace Semblance;

/// <summary>How a gallery is opened.</summary>
public sealed record GalleryOptions
{
    public const string DefaultModel = Embedders.DefaultId;

    /// <summary>Embedder to use; null takes the gallery's own, or <see cref="DefaultModel"/> for a new gallery.</summary>
    public string? Model { get; init; }

    /// <summary>Where models are found; null takes <see cref="Embedders.OpenStore"/>.</summary>
    public ModelStore? Models { get; init; }

    /// <summary>What a new gallery does to raw vectors; null: whitening where the embedder profits from it.</summary>
    public PostProcessing? PostProcessing { get; init; }

    /// <summary>What of each picture a new gallery embeds; null for the whole.</summary>
    public PictureViews? Views { get; init; }

    /// <summary>Bytes that the open indexes of a gallery with several spaces may take together, mapped files included; those used longest ago are closed first, and opened again when asked for.</summary>
    public long IndexMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of everything drawn at random (samples, start vectors).</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Makes the folder and an empty gallery where there is none.</summary>
    public bool Create { get; init; } = true;

    /// <summary>
    /// Looks after the index on a thread of its own while the gallery is open: brings an opened file into memory, checks it, and builds
    /// a fresh index when the collection has outgrown the one in use. For processes that live long; others use what there is, and an
    /// ingest run builds at its end what is worth it in any case.
    /// </summary>
    public bool Upkeep { get; init; }

    /// <summary>Is told what the gallery does, from any of its threads; null for nobody. Which events there are is in the library guide.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Refuses every change. A gallery on a disk that cannot be written is opened so by itself.</summary>
    public bool ReadOnly { get; init; }
}
