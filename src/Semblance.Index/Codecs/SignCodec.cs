using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics.Tensors;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>
/// Signs of random rotations of the centred vector. One rotation gives as many bits as the vector has elements; more bits take more
/// rotations, each with a seed of its own.
/// </summary>
internal sealed class SignCodec : BinaryCodec
{
    private const int Version = 1;
    private const int MaxDimension = VectorIndex.MaxDimension;

    private readonly float[] _center;
    private readonly long _seed;
    private readonly RandomRotation[] _rotations;

    public SignCodec(float[] center, int bits, long seed)
        : base("sign", center.Length, bits)
    {
        _center = center;
        _seed = seed;
        var seeds = new SeededRandom(seed);
        _rotations = new RandomRotation[(bits + center.Length - 1) / center.Length];
        for (var i = 0; i < _rotations.Length; i++)
            _rotations[i] = new RandomRotation(center.Length, (long)seeds.NextUInt64());
    }

    private static ReadOnlySpan<byte> Magic => "SMBLSIGN"u8;

    public static float[] MeanOf(Matrix sample)
    {
        var sums = new double[sample.Columns];
        for (var row = 0; row < sample.Rows; row++)
        {
            for (var j = 0; j < sums.Length; j++)
                sums[j] += sample[row, j];
        }
        if (sample.Rows == 0 || sums.Any(sum => !double.IsFinite(sum)))
            throw new ArgumentException($"The sample, [{sample.Rows}, {sample.Columns}], is empty or holds a number that is not finite.", nameof(sample));
        return [.. sums.Select(sum => (float)(sum / sample.Rows))];
    }

    /// <summary>
    /// Little-endian: "SMBLSIGN", version, d and bits (int32), seed (int64), the centre (float32), and the xxHash64 of all that.
    /// </summary>
    public override byte[] Serialize()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(Dimension);
        writer.Write(Bits);
        writer.Write(_seed);
        foreach (var x in _center)
            writer.Write(x);
        writer.Flush();
        writer.Write(XxHash64.HashToUInt64(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Null when the bytes are those of another codec.</summary>
    /// <exception cref="InvalidDataException">They are of this one, and damaged or of another version.</exception>
    public static SignCodec? TryDeserialize(ReadOnlySpan<byte> bytes)
    {
        const int HeaderLength = 8 + (3 * sizeof(int)) + sizeof(long);
        if (!bytes.StartsWith(Magic))
            return null;
        if (bytes.Length < HeaderLength + sizeof(ulong) || XxHash64.HashToUInt64(bytes[..^sizeof(ulong)]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
            throw new InvalidDataException("The codec is cut off or damaged: its checksum does not match its content. Make it again.");
        using var reader = new BinaryReader(new MemoryStream(bytes[8..^sizeof(ulong)].ToArray()));
        var version = reader.ReadInt32();
        if (version != Version)
            throw new InvalidDataException($"The codec has format version {version} and this program reads {Version}. Make it again, or use the program that wrote it.");
        var dimension = reader.ReadInt32();
        var bits = reader.ReadInt32();
        var seed = reader.ReadInt64();
        if (dimension is < 1 or > MaxDimension || bits is < 64 or > CodeIndex.MaxBits || bits % 64 != 0
            || bytes.Length != HeaderLength + (dimension * sizeof(float)) + sizeof(ulong))
        {
            throw new InvalidDataException("The codec is damaged: its sizes do not fit its length. Make it again.");
        }
        var center = new float[dimension];
        for (var i = 0; i < center.Length; i++)
            center[i] = reader.ReadSingle();
        return new SignCodec(center, bits, seed);
    }

    private protected override void EncodeChecked(ReadOnlySpan<float> vector, Span<ulong> code)
    {
        var rotated = ArrayPool<float>.Shared.Rent(Dimension * (_rotations.Length + 1));
        var centered = rotated.AsSpan(Dimension * _rotations.Length, Dimension);
        TensorPrimitives.Subtract(vector, _center, centered);
        for (var i = 0; i < _rotations.Length; i++)
            _rotations[i].Apply(centered, rotated.AsSpan(i * Dimension, Dimension));
        Pack(rotated, code);
        ArrayPool<float>.Shared.Return(rotated);
    }
}
