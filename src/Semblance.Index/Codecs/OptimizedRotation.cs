using Semblance.Numerics;

namespace Semblance.Index.Codecs;

internal static class OptimizedRotation
{
    public static Matrix Fit(Matrix sample, int pieces, SeededRandom random, int threads, CancellationToken ct) => throw new NotSupportedException();
}
