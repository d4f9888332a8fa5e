using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class LshIndexTests : VectorIndexConformance
{
    protected override IVectorIndex Create(int dimension, Metric metric) => new LshIndex(dimension, metric, new LshOptions { Effort = int.MaxValue, Tables = 2 });

    protected override IVectorIndex Open(string path) => LshIndex.Open(path);
}
