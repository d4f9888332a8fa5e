using Semblance.Index.Codecs;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Makes bit codes of float vectors, such that near vectors differ in few bits: for an <see cref="ICodeIndex"/>, alone or as the first
/// stage of a <see cref="TwoStageSearch"/>. Immutable, and safe for use by several threads.
/// </summary>
public abstract class BinaryCodec
{
    private protected BinaryCodec(string name, int dimension, int bits)
    {
        if (bits is < 64 or > CodeIndex.MaxBits || bits % 64 != 0)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"Bits must be a multiple of 64 between 64 and {CodeIndex.MaxBits}.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Name = name;
        Dimension = dimension;
        Bits = bits;
    }

    /// <summary>The codec's name, as reports spell it: <c>sign</c>, <c>itq</c>.</summary>
    public string Name { get; }

    /// <summary>Elements of a vector.</summary>
    public int Dimension { get; }

    /// <summary>Bits of a code, a multiple of 64.</summary>
    public int Bits { get; }

    public int BytesPerVector => Bits / 8;

    /// <summary>
    /// Signs of a random rotation: each bit says on which side of a random hyperplane through the origin the vector lies, so the share
    /// of differing bits estimates the angle (Charikar, "Similarity estimation techniques from rounding algorithms", 2002). Nothing is
    /// fitted.
    /// </summary>
    public static BinaryCodec Sign(int dimension, int bits, long seed = 0) => new SignCodec(new float[dimension], bits, seed);

    /// <summary>As the other, with hyperplanes through the mean of <paramref name="sample"/>, [n, d]: vectors that all lie to one side of the origin need that.</summary>
    /// <exception cref="ArgumentException">The sample is empty or holds a number that is not finite.</exception>
    public static BinaryCodec Sign(Matrix sample, int bits, long seed = 0) => new SignCodec(SignCodec.MeanOf(sample), bits, seed);

    /// <summary>Iterative quantization (<see cref="Numerics.Itq"/>): more faithful than random signs at the same number of bits, at most one bit a dimension.</summary>
    /// <inheritdoc cref="Numerics.Itq.Fit" path="/exception"/>
    public static BinaryCodec Itq(Matrix sample, int bits, int iterations = 50, long seed = 0, CancellationToken cancellationToken = default)
        => new ItqCodec(Numerics.Itq.Fit(sample, bits, iterations, seed, cancellationToken));

    /// <summary>What <see cref="Serialize"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no whole codec of this version.</exception>
    public static BinaryCodec Deserialize(ReadOnlySpan<byte> bytes) =>
        SignCodec.TryDeserialize(bytes) ?? (BinaryCodec)new ItqCodec(Numerics.Itq.Deserialize(bytes));

    /// <summary>The code of one vector.</summary>
    /// <param name="vector">Length <see cref="Dimension"/>.</param>
    /// <param name="code">Bits / 64 words; bit i is bit <c>i % 64</c> of word <c>i / 64</c>.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<ulong> code)
    {
        if (vector.Length != Dimension || code.Length != Bits / 64)
            throw new ArgumentException($"This codec takes {Dimension} numbers to {Bits / 64} words; it was given {vector.Length} and room for {code.Length}.");
        EncodeChecked(vector, code);
    }

    /// <summary>The codes of all rows, [n, d], packed code after code, on all cores.</summary>
    /// <exception cref="ArgumentException">The matrix has another number of columns than <see cref="Dimension"/>.</exception>
    public ulong[] Encode(Matrix vectors)
    {
        var words = Bits / 64;
        var codes = new ulong[checked(vectors.Rows * words)];
        if (vectors.Rows > 0 && vectors.Columns != Dimension)
            throw new ArgumentException($"This codec takes vectors of {Dimension} numbers; the matrix has {vectors.Columns} columns.", nameof(vectors));
        Parallel.For(0, vectors.Rows, row => EncodeChecked(vectors.Row(row), codes.AsSpan(row * words, words)));
        return codes;
    }

    /// <summary>How much of the neighbourhood the codes keep, on a sample that the codec was not fitted to. O(queries · n · d).</summary>
    /// <param name="sample">[n, d], more than <paramref name="k"/> rows; a few thousand tell enough.</param>
    /// <param name="queries">Rows of the sample that are asked for.</param>
    public CodecFidelity Measure(Matrix sample, Metric metric, int queries = 100, int k = 10, CancellationToken cancellationToken = default)
    {
        var codes = Encode(sample);
        var words = Bits / 64;
        var differing = new int[sample.Rows];
        return FidelityMeasurement.Measure(
            Name,
            BytesPerVector,
            sample,
            metric,
            queries,
            k,
            (query, distances) =>
            {
                VectorMath.HammingRows(codes.AsSpan(query * words, words), codes, differing);
                for (var i = 0; i < differing.Length; i++)
                    distances[i] = differing[i];
            },
            cancellationToken);
    }

    /// <summary>All that is needed to encode alike elsewhere, with a checksum.</summary>
    public abstract byte[] Serialize();

    private protected abstract void EncodeChecked(ReadOnlySpan<float> vector, Span<ulong> code);

    /// <summary>Sets the bits of the positive numbers.</summary>
    private protected static void Pack(ReadOnlySpan<float> numbers, Span<ulong> code)
    {
        for (var word = 0; word < code.Length; word++)
        {
            ulong bits = 0;
            for (var i = 0; i < 64; i++)
                bits |= (numbers[(64 * word) + i] > 0 ? 1UL : 0) << i;
            code[word] = bits;
        }
    }
}
