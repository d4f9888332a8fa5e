using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

/// <summary>With all lists probed and all rows ranked by their vectors the kind is exact; what less costs is in <see cref="InvertedFile.InvertedFileTests"/>.</summary>
public sealed class IvfPqIndexTests : VectorIndexConformance
{
    private static readonly IvfOptions s_options = new()
    {
        Storage = VectorStorage.Float32,
        Probes = int.MaxValue,
        RescorePerNeighbour = int.MaxValue,
        BuildThreads = 2,
    };

    protected override IVectorIndex Create(int dimension, Metric metric) => new IvfPqIndex(dimension, metric, s_options);

    protected override IVectorIndex Open(string path) => IvfPqIndex.Open(path, s_options);
}
