using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class BallTreeIndexTests : VectorIndexConformance
{
    protected override IVectorIndex Create(int dimension, Metric metric) => new BallTreeIndex(dimension, metric, new BallTreeOptions { Effort = int.MaxValue, LeafSize = 8 });

    protected override IVectorIndex Open(string path) => BallTreeIndex.Open(path);
}
