using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

/// <summary>With all lists probed the kind is exact; what fewer cost is in <see cref="InvertedFile.InvertedFileTests"/>.</summary>
public sealed class IvfFlatIndexTests : VectorIndexConformance
{
    private static readonly IvfOptions s_options = new() { Storage = VectorStorage.Float32, Probes = int.MaxValue, BuildThreads = 2 };

    protected override IVectorIndex Create(int dimension, Metric metric) => new IvfFlatIndex(dimension, metric, s_options);

    protected override IVectorIndex Open(string path) => IvfFlatIndex.Open(path, s_options);
}
