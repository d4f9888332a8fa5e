using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Rows;

/// <summary>Matrices of more elements than a span can hold. What of them is not touched takes no memory.</summary>
public sealed class WideMatrixTests
{
    private const int Dimension = 1 << 16;

    // The first row behind what a span could reach is number 32,768.
    private const int Rows = (1 << 15) + 10;

    [Fact]
    public void Rows_behind_the_reach_of_a_span_are_stored_like_the_others()
    {
        var vectors = new Matrix(Rows, Dimension);
        Assert.Throws<InvalidOperationException>(() => vectors.Span.Length);
        foreach (var row in new[] { 3, Rows - 2, Rows - 1 })
        {
            vectors[row, 0] = 3;
            vectors[row, Dimension - 1] = row % 2 == 0 ? 4 : -4;
        }
        foreach (var row in new[] { 3, Rows - 2 })
        {
            var slots = new float[2 * Dimension];
            new EncodedVectors<float>(new FloatRowFormat(Dimension), Metric.Cosine, vectors).Fill(row, 2, slots);
            Assert.Equal((0.6f, row % 2 == 0 ? 0.8f : -0.8f), (slots[0], slots[Dimension - 1]));
            Assert.Equal(row == 3 ? 0 : 0.6f, slots[Dimension]);
        }
    }

    [Fact]
    public void Distances_to_all_rows_are_found()
    {
        // A matrix reads as zeros where nothing was written, without taking memory.
        var vectors = new Matrix(Rows, Dimension);
        vectors[Rows - 1, 7] = 2;
        var query = new float[Dimension];
        query[7] = 1;
        var distances = new float[Rows];
        MatrixScan.Distances(query, vectors, Metric.InnerProduct, distances);
        Assert.Equal(-2, distances[^1]);
        Assert.All(distances[..^1], distance => Assert.Equal(0, distance));
        query[7] = 5;
        MatrixScan.Distances(query, vectors, Metric.L2, distances);
        Assert.Equal(9, distances[^1]);
        Assert.All(distances[..^1], distance => Assert.Equal(25, distance));
    }
}
