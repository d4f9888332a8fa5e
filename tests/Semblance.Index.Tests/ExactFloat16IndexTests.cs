using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class ExactFloat16IndexTests : VectorIndexConformance
{
    // Half a unit in the last of 11 bits of every element.
    protected override double ElementTolerance => 1e-3;

    protected override double DistanceTolerance => 2e-3;

    protected override IVectorIndex Create(int dimension, Metric metric) => new ExactVectorIndex(dimension, metric, VectorStorage.Float16);

    protected override IVectorIndex Open(string path) => ExactVectorIndex.Open(path);
}
