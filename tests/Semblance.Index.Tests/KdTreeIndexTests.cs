using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class KdTreeIndexTests : VectorIndexConformance
{
    protected override IVectorIndex Create(int dimension, Metric metric) => new KdTreeIndex(dimension, metric, new KdTreeOptions { Effort = int.MaxValue, LeafSize = 8 });

    protected override IVectorIndex Open(string path) => KdTreeIndex.Open(path);
}
