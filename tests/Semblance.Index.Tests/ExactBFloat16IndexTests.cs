using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class ExactBFloat16IndexTests : VectorIndexConformance
{
    // Half a unit in the last of 8 bits of every element.
    protected override double ElementTolerance => 5e-3;

    protected override double DistanceTolerance => 2e-2;

    protected override IVectorIndex Create(int dimension, Metric metric) => new ExactVectorIndex(dimension, metric, VectorStorage.BFloat16);

    protected override IVectorIndex Open(string path) => ExactVectorIndex.Open(path);
}
