using Semblance.Index.Tests.Conformance;

namespace Semblance.Index.Tests;

public sealed class ExactByteIndexTests : VectorIndexConformance
{
    // Half a step of 1/255 of the range, which is about 7 where the spread is 1, and the mean's own error.
    protected override double ElementTolerance => 0.03;

    protected override double DistanceTolerance => 0.05;

    protected override IVectorIndex Create(int dimension, Metric metric) => new ExactVectorIndex(dimension, metric, VectorStorage.Byte);

    protected override IVectorIndex Open(string path) => ExactVectorIndex.Open(path);
}
