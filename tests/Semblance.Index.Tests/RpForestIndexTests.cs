using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class RpForestIndexTests : VectorIndexConformance
{
    protected override IVectorIndex Create(int dimension, Metric metric) => new RpForestIndex(dimension, metric, new RpForestOptions { Effort = int.MaxValue, LeafSize = 8, Trees = 3 });

    protected override IVectorIndex Open(string path) => RpForestIndex.Open(path);
}
