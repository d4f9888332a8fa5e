using System.Numerics;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>
/// Product quantisation (Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011): a vector is cut into M
/// pieces of equal length, zeros added at its end where needed, and each piece becomes the number of its nearest centroid among K.
/// </summary>
internal sealed class ProductQuantizer
{
    // More rows change 16 or 256 centroids of a few dimensions by nothing that a search could notice.
    private const int TrainingRowsPerCentroid = 256;
    private const int MinTrainingRows = 4096;
    private const int Rounds = 10;

    // Vectors coded side by side, piece by piece.
    private const int Block = 256;

    private readonly float[] _centroids; // [M, length, K]: the K values of one dimension of one piece lie together.

    public ProductQuantizer(int dimension, int pieces, int centroids, float[] values)
    {
        Dimension = dimension;
        Pieces = pieces;
        Centroids = centroids;
        Length = PieceLength(dimension, pieces);
        if (values.Length != Pieces * Length * centroids)
            throw new ArgumentException($"{pieces} pieces of {Length} with {centroids} centroids are {Pieces * Length * centroids} values, not {values.Length}.", nameof(values));
        _centroids = values;
    }

    public int Dimension { get; }

    /// <summary>M.</summary>
    public int Pieces { get; }

    /// <summary>K, at most 256.</summary>
    public int Centroids { get; }

    /// <summary>Elements of a piece.</summary>
    public int Length { get; }

    /// <summary>[M, length, K].</summary>
    public ReadOnlySpan<float> Values => _centroids;

    /// <summary>The length of the longest vector that a code can tell.</summary>
    public float LongestCode
    {
        get
        {
            var square = 0f;
            for (var piece = 0; piece < Pieces; piece++)
            {
                var longest = 0f;
                for (var c = 0; c < Centroids; c++)
                {
                    var length = 0f;
                    for (var j = 0; j < Length; j++)
                    {
                        var value = _centroids[(((piece * Length) + j) * Centroids) + c];
                        length += value * value;
                    }
                    longest = MathF.Max(longest, length);
                }
                square += longest;
            }
            return MathF.Sqrt(square);
        }
    }

    public static int PieceLength(int dimension, int pieces) => (dimension + pieces - 1) / pieces;

    /// <summary>Learns the centroids of each piece by k-means over at most 256 · K rows of the sample, [n, d].</summary>
    public static ProductQuantizer Train(Matrix sample, int pieces, int centroids, SeededRandom random, int threads, CancellationToken cancellationToken = default)
    {
        var length = PieceLength(sample.Columns, pieces);
        var rows = Math.Min(sample.Rows, Math.Max(MinTrainingRows, TrainingRowsPerCentroid * centroids));
        var values = new float[pieces * length * centroids];
        var seeds = new long[pieces];
        foreach (ref var seed in seeds.AsSpan())
            seed = (long)random.NextUInt64();
        // The rows were drawn at random, so the first are as good as any.
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, piece =>
        {
            var columns = Transposed(sample, 0, rows, piece, length);
            TrainPiece(columns, rows, length, centroids, new SeededRandom(seeds[piece]), values.AsSpan(piece * length * centroids, length * centroids));
        });
        return new ProductQuantizer(sample.Columns, pieces, centroids, values);
    }

    /// <summary>One number a byte: <paramref name="codes"/> is [n, M].</summary>
    public void Encode(Matrix vectors, Span<byte> codes)
    {
        var best = new float[Block];
        var numbers = new float[Block];
        for (var start = 0; start < vectors.Rows; start += Block)
        {
            var count = Math.Min(Block, vectors.Rows - start);
            for (var piece = 0; piece < Pieces; piece++)
            {
                Nearest(Transposed(vectors, start, count, piece, Length), count, Length, Centroids, _centroids.AsSpan(piece * Length * Centroids), best, numbers);
                for (var i = 0; i < count; i++)
                    codes[((start + i) * Pieces) + piece] = (byte)numbers[i];
            }
        }
    }

    /// <summary>The centroids that the code names.</summary>
    public void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        for (var i = 0; i < Dimension; i++)
        {
            var piece = i / Length;
            vector[i] = _centroids[(((piece * Length) + (i % Length)) * Centroids) + code[piece]];
        }
    }

    /// <summary>[M, K]: what each centroid adds to the distance from the query: the squared distance of the pieces, or their product, negated.</summary>
    public void Tables(ReadOnlySpan<float> query, Metric metric, Span<float> tables)
    {
        if (metric == Metric.InnerProduct)
        {
            Products(query, 1, tables);
            return;
        }
        tables.Clear();
        for (var i = 0; i < Dimension; i++)
            AddSquares(_centroids.AsSpan(i * Centroids, Centroids), query[i], tables.Slice(i / Length * Centroids, Centroids));
    }

    /// <summary>[M, K]: the products of the query's pieces with the centroids, times −<paramref name="factor"/>.</summary>
    public void Products(ReadOnlySpan<float> query, float factor, Span<float> tables)
    {
        tables.Clear();
        for (var i = 0; i < Dimension; i++)
            AddProducts(_centroids.AsSpan(i * Centroids, Centroids), factor * query[i], tables.Slice(i / Length * Centroids, Centroids));
    }

    private static void AddSquares(ReadOnlySpan<float> values, float x, Span<float> table)
    {
        var c = 0;
        for (; c <= values.Length - Vector<float>.Count; c += Vector<float>.Count)
        {
            var difference = new Vector<float>(x) - new Vector<float>(values[c..]);
            Vector.MultiplyAddEstimate(difference, difference, new Vector<float>(table[c..])).CopyTo(table[c..]);
        }
        for (; c < values.Length; c++)
            table[c] += (x - values[c]) * (x - values[c]);
    }

    private static void AddProducts(ReadOnlySpan<float> values, float x, Span<float> table)
    {
        var c = 0;
        for (; c <= values.Length - Vector<float>.Count; c += Vector<float>.Count)
            (new Vector<float>(table[c..]) - (new Vector<float>(x) * new Vector<float>(values[c..]))).CopyTo(table[c..]);
        for (; c < values.Length; c++)
            table[c] -= x * values[c];
    }

    // [length, count]: one piece of some vectors, dimension by dimension; what lies past the vectors' end is zero.
    private static float[] Transposed(Matrix vectors, int start, int count, int piece, int length)
    {
        var columns = new float[length * count];
        for (var i = 0; i < count; i++)
        {
            var row = vectors.Row(start + i);
            for (var j = 0; j < length && (piece * length) + j < row.Length; j++)
                columns[(j * count) + i] = row[(piece * length) + j];
        }
        return columns;
    }

    private static void TrainPiece(float[] columns, int rows, int length, int k, SeededRandom random, Span<float> values)
    {
        var best = new float[rows];
        var numbers = new float[rows];
        Seed(columns, rows, length, k, random, values, best);
        var sums = new double[length * k];
        var counts = new int[k];
        for (var round = 0; round < Rounds; round++)
        {
            Nearest(columns, rows, length, k, values, best, numbers);
            Array.Clear(sums);
            Array.Clear(counts);
            for (var i = 0; i < rows; i++)
            {
                var c = (int)numbers[i];
                counts[c]++;
                for (var j = 0; j < length; j++)
                    sums[(j * k) + c] += columns[(j * rows) + i];
            }
            for (var c = 0; c < k; c++)
            {
                var replacement = counts[c] == 0 ? random.NextInt(rows) : -1;
                for (var j = 0; j < length; j++)
                    values[(j * k) + c] = replacement >= 0 ? columns[(j * rows) + replacement] : (float)(sums[(j * k) + c] / counts[c]);
            }
        }
    }

    // k-means++ (Arthur and Vassilvitskii 2007): each centroid a row drawn with probability proportional to its squared distance from those before.
    private static void Seed(float[] columns, int rows, int length, int k, SeededRandom random, Span<float> values, float[] distances)
    {
        Array.Fill(distances, float.PositiveInfinity);
        var row = random.NextInt(rows);
        for (var c = 0; c < k; c++)
        {
            for (var j = 0; j < length; j++)
                values[(j * k) + c] = columns[(j * rows) + row];
            var total = 0.0;
            for (var i = 0; i < rows; i++)
            {
                var distance = 0f;
                for (var j = 0; j < length; j++)
                {
                    var difference = columns[(j * rows) + i] - values[(j * k) + c];
                    distance += difference * difference;
                }
                distances[i] = MathF.Min(distances[i], distance);
                total += distances[i];
            }
            var target = random.NextDouble() * total;
            for (row = 0; row < rows - 1 && (target -= distances[row]) > 0;)
                row++;
        }
    }

    // The number of the nearest centroid for each column, several columns at a time.
    private static void Nearest(float[] columns, int count, int length, int k, ReadOnlySpan<float> values, float[] best, float[] numbers)
    {
        var lanes = Vector<float>.Count;
        var i = 0;
        for (; i <= count - lanes; i += lanes)
        {
            var smallest = new Vector<float>(float.PositiveInfinity);
            var number = Vector<float>.Zero;
            for (var c = 0; c < k; c++)
            {
                var distance = Vector<float>.Zero;
                for (var j = 0; j < length; j++)
                {
                    var difference = new Vector<float>(columns, (j * count) + i) - new Vector<float>(values[(j * k) + c]);
                    distance = Vector.MultiplyAddEstimate(difference, difference, distance);
                }
                var nearer = Vector.LessThan(distance, smallest);
                smallest = Vector.ConditionalSelect(nearer, distance, smallest);
                number = Vector.ConditionalSelect(nearer, new Vector<float>(c), number);
            }
            smallest.CopyTo(best, i);
            number.CopyTo(numbers, i);
        }
        for (; i < count; i++)
        {
            best[i] = float.PositiveInfinity;
            for (var c = 0; c < k; c++)
            {
                var distance = 0f;
                for (var j = 0; j < length; j++)
                {
                    var difference = columns[(j * count) + i] - values[(j * k) + c];
                    distance += difference * difference;
                }
                if (distance < best[i])
                    (best[i], numbers[i]) = (distance, c);
            }
        }
    }
}
