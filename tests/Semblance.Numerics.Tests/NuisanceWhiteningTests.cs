using System.Numerics.Tensors;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class NuisanceWhiteningTests
{
    private const int Dimension = 12;

    [Fact]
    public void Without_differences_it_gives_the_products_of_shrunk_whitening()
    {
        var sample = Sample(200, 1);
        var plain = ShrunkWhitening.Fit(sample, 8, 5).Apply(sample);
        var own = NuisanceWhitening.Fit(sample, new Matrix(0, Dimension), 8, 5).Apply(sample);

        Assert.Equal(8, own.Columns);
        for (var i = 0; i < 40; i++)
        {
            for (var j = 0; j < 40; j++)
                Assert.Equal(TensorPrimitives.Dot<float>(plain.Row(i), plain.Row(j)), TensorPrimitives.Dot<float>(own.Row(i), own.Row(j)), 2e-4);
        }
    }

    [Fact]
    public void It_is_what_the_formula_says()
    {
        // Covariance diag(4, 1) and nuisance along the second axis: M is diagonal, so each axis is divided by the root of its entry.
        var sample = new Matrix(400, 2);
        for (var i = 0; i < sample.Rows; i++)
            (sample[i, 0], sample[i, 1]) = (i % 2 == 0 ? 2 : -2, i / 2 % 2 == 0 ? 1 : -1);
        var differences = new Matrix(new float[] { 0, 3, 0, -3 }, 2, 2);
        const float c = 0.5f, beta = 2;
        var share = 400 / 399.0;
        var (first, second) = (share * (4 + (c * 2.5)), share * (1 + (c * 2.5) + (beta * 5)));

        var y = NuisanceWhitening.Fit(sample, differences, 2, c, beta).Apply(new Matrix(new float[] { 1, 1 }, 1, 2)).Row(0).ToArray();

        var (a, b) = (1 / Math.Sqrt(first), 1 / Math.Sqrt(second));
        var length = Math.Sqrt((a * a) + (b * b));
        Assert.Equal(a / length, Math.Abs(y[0]), 1e-4);
        Assert.Equal(b / length, Math.Abs(y[1]), 1e-4);
    }

    [Fact]
    public void A_vector_that_only_the_nuisance_moved_stays_nearest_to_where_it_was()
    {
        var sample = Sample(300, 2);
        var random = new SeededRandom(3);
        // A shift that all copies share, with some scatter: larger than what tells the vectors apart.
        Matrix Moved(Matrix from)
        {
            var moved = new Matrix(from.Rows, Dimension);
            for (var i = 0; i < from.Rows; i++)
            {
                from.Row(i).CopyTo(moved.Row(i));
                moved[i, 0] += 4 + (float)random.NextGaussian();
                moved[i, 1] += 4 * (float)random.NextGaussian();
            }
            return moved;
        }

        var known = sample.Slice(0, 40);
        var differences = new Matrix(40, Dimension);
        TensorPrimitives.Subtract(Moved(known).Span, known.Span, differences.Span);
        var copies = Moved(sample.Slice(100, 100));

        int Right(NuisanceWhitening whitening)
        {
            var (all, asked) = (whitening.Apply(sample), whitening.Apply(copies));
            return Enumerable.Range(0, 100).Count(i => Enumerable.Range(0, sample.Rows).MaxBy(j => TensorPrimitives.Dot<float>(asked.Row(i), all.Row(j))) == 100 + i);
        }

        var (with, without) = (Right(NuisanceWhitening.Fit(sample, differences, Dimension, 1, 10)), Right(NuisanceWhitening.Fit(sample, new Matrix(0, Dimension), Dimension, 1)));
        Assert.True(with >= 80 && with >= without + 40, $"{with} with the differences, {without} without");
    }

    [Fact]
    public void It_survives_writing_and_refuses_what_is_not_whole()
    {
        var sample = Sample(50, 4);
        var whitening = NuisanceWhitening.Fit(sample, Sample(9, 5), 6);
        var bytes = whitening.Serialize();
        Assert.Equal(whitening.Apply(sample).Span, NuisanceWhitening.Deserialize(bytes).Apply(sample).Span);
        Assert.Equal((Dimension, 6), (whitening.InputDimension, whitening.OutputDimension));
        Assert.Throws<InvalidDataException>(() => NuisanceWhitening.Deserialize(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Throws<InvalidDataException>(() => NuisanceWhitening.Deserialize(ShrunkWhitening.Fit(sample, 6).Serialize()));
        bytes[40] ^= 1;
        Assert.Throws<InvalidDataException>(() => NuisanceWhitening.Deserialize(bytes));
    }

    [Fact]
    public void Few_rows_give_few_dimensions_and_bad_input_is_refused()
    {
        Assert.Equal(3, NuisanceWhitening.Fit(Sample(4, 6), new Matrix(0, Dimension), 8).OutputDimension);
        Assert.Throws<ArgumentException>(() => NuisanceWhitening.Fit(Sample(9, 7), new Matrix(3, Dimension + 1), 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => NuisanceWhitening.Fit(Sample(9, 7), new Matrix(0, Dimension), 8, shrink: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NuisanceWhitening.Fit(Sample(9, 7), new Matrix(0, Dimension), 8, nuisance: -1));
        var broken = Sample(3, 8);
        broken[1, 1] = float.NaN;
        Assert.Throws<ArgumentException>(() => NuisanceWhitening.Fit(Sample(9, 7), broken, 8));
    }

    /// <summary>Gaussian, with variances that fall from axis to axis.</summary>
    private static Matrix Sample(int rows, int seed)
    {
        var random = new SeededRandom(seed);
        var sample = new Matrix(rows, Dimension);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < Dimension; j++)
                sample[i, j] = (float)random.NextGaussian() * (2f - (j / 8f));
        }
        return sample;
    }
}
