using Semblance.Numerics;

namespace Semblance.Evaluation.Tests;

/// <summary>Points around class centres.</summary>
internal static class Scatter
{
    /// <summary>Gaussian blobs; <paramref name="spread"/> is the deviation within a class where centres deviate by 1.</summary>
    public static (Matrix Vectors, int[] Labels) Classes(int items, int classes, int dimension, double spread, int seed)
    {
        var random = new SeededRandom(seed);
        var centres = new Matrix(classes, dimension);
        foreach (ref var value in centres.Span)
            value = (float)random.NextGaussian();
        var vectors = new Matrix(items, dimension);
        var labels = new int[items];
        for (var i = 0; i < items; i++)
        {
            labels[i] = i % classes;
            for (var d = 0; d < dimension; d++)
                vectors[i, d] = centres[labels[i], d] + (float)(spread * random.NextGaussian());
        }
        return (vectors, labels);
    }

    /// <summary>Small whole numbers, so that float distances are exact and many of them tie.</summary>
    public static (Matrix Vectors, int[] Labels) Lattice(int items, int classes, int dimension, int seed)
    {
        var random = new SeededRandom(seed);
        var vectors = new Matrix(items, dimension);
        foreach (ref var value in vectors.Span)
            value = random.NextInt(4);
        int[] labels = [.. Enumerable.Range(0, items).Select(_ => random.NextInt(classes))];
        return (vectors, labels);
    }
}
