using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Semblance.Numerics.Serialization;

/// <summary>Reads what <see cref="FittedBytesWriter"/> wrote; the checksum is compared before the first number is handed out.</summary>
internal ref struct FittedBytesReader
{
    private const int MagicLength = 8;

    private readonly string _what;
    private readonly int _version;
    private ReadOnlySpan<byte> _rest;

    /// <param name="what">What the bytes should be, for messages: "projection".</param>
    /// <exception cref="InvalidDataException">Other bytes, another version, cut off or damaged.</exception>
    public FittedBytesReader(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic, int version, string what)
    {
        _what = what;
        if (bytes.Length < MagicLength + sizeof(int) || !bytes.StartsWith(magic))
            throw new InvalidDataException($"This is not a {what}: it does not begin with '{Encoding.ASCII.GetString(magic)}'. Fit the {what} again.");
        _version = BinaryPrimitives.ReadInt32LittleEndian(bytes[MagicLength..]);
        if (_version != version)
            throw new InvalidDataException($"The {what} has format version {_version} and this program reads {version}. Fit it again, or use the program that wrote it.");
        if (bytes.Length < MagicLength + sizeof(int) + SHA256.HashSizeInBytes
            || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            throw new InvalidDataException($"The {what} is cut off or damaged: its checksum does not match its content. Fit it again.");
        }
        _rest = bytes[(MagicLength + sizeof(int))..^SHA256.HashSizeInBytes];
    }

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>A number of elements: positive, and no more than <paramref name="most"/>.</summary>
    public int Size(int most)
    {
        var size = Int32();
        return size > 0 && size <= most ? size : throw Contradiction();
    }

    public float[] Singles(long count)
    {
        var bytes = Take(checked(count * sizeof(float)));
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }

    public double[] Doubles(long count)
    {
        var bytes = Take(checked(count * sizeof(double)));
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..]);
        return values;
    }

    /// <summary>Nothing may be left.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw Contradiction();
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length > _rest.Length)
            throw Contradiction();
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private readonly InvalidDataException Contradiction() =>
        new($"The {_what} is damaged: its sizes do not fit its length. Fit it again.");
}
