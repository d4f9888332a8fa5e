using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class HnswIndexTests : VectorIndexConformance
{
    // So large a candidate list visits all that the suite's indexes hold.
    private static readonly HnswOptions s_exhaustive = new() { EfSearch = 20_000, EfConstruction = 40, Storage = VectorStorage.Float32, BuildThreads = 1 };

    protected override IVectorIndex Create(int dimension, Metric metric) => new HnswIndex(dimension, metric, s_exhaustive);

    protected override IVectorIndex Open(string path) => HnswIndex.Open(path, s_exhaustive);
}
