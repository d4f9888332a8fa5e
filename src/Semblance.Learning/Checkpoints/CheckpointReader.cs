using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Semblance.Networks;

namespace Semblance.Learning.Checkpoints;

/// <summary>An entry's place in the file.</summary>
/// <param name="Shape">Null for all but arrays.</param>
/// <param name="Offset">Of the values.</param>
/// <param name="Length">Of the values, in bytes.</param>
internal sealed record CheckpointEntry(EntryKind Kind, Shape? Shape, long Offset, long Length);

/// <summary>Puts state back from a file whose checksum and structure were found right; <see cref="Checker"/> has compared it before.</summary>
internal sealed class CheckpointReader : StateVisitor
{
    private readonly Stream _stream;
    private readonly Dictionary<string, CheckpointEntry> _entries;

    private CheckpointReader(Stream stream, Dictionary<string, CheckpointEntry> entries, string path)
    {
        (_stream, _entries) = (stream, entries);
        Checker = new CheckpointChecker(entries, path);
    }

    public CheckpointChecker Checker { get; }

    /// <exception cref="CheckpointException">Other bytes, a newer version, cut off or damaged.</exception>
    public static CheckpointReader Open(Stream stream, string path)
    {
        ThrowIfForeign(stream, path);
        ThrowIfDamaged(stream, path);
        return new CheckpointReader(stream, Directory(stream, path), path);
    }

    public override void Singles(string name, Shape shape, Span<float> values)
    {
        _stream.Position = _entries[name].Offset;
        _stream.ReadExactly(MemoryMarshal.AsBytes(values));
    }

    public override void Integer(string name, ref long value) => value = BinaryPrimitives.ReadInt64LittleEndian(Bytes(name));

    public override void Real(string name, ref double value) => value = BinaryPrimitives.ReadDoubleLittleEndian(Bytes(name));

    public override void Text(string name, ref string value) => value = Encoding.UTF8.GetString(Bytes(name));

    private byte[] Bytes(string name)
    {
        var entry = _entries[name];
        var bytes = new byte[entry.Length];
        _stream.Position = entry.Offset;
        _stream.ReadExactly(bytes);
        return bytes;
    }

    // The version comes before the checksum: a newer format may place its checksum elsewhere.
    private static void ThrowIfForeign(Stream stream, string path)
    {
        var header = new byte[CheckpointFormat.HeaderLength];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.AsSpan().StartsWith(CheckpointFormat.Magic))
            throw new CheckpointException($"'{path}' is not a checkpoint, or is cut off at its start; name a file that training wrote.");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(CheckpointFormat.Magic.Length));
        if (version > CheckpointFormat.Version)
            throw new CheckpointException($"The checkpoint '{path}' has version {version} and this program reads up to {CheckpointFormat.Version}; go on with the newer program that wrote it.");
        if (version < 1)
            throw Damaged(path);
    }

    private static void ThrowIfDamaged(Stream stream, string path)
    {
        var rest = stream.Length - SHA256.HashSizeInBytes;
        if (rest < CheckpointFormat.HeaderLength)
            throw Damaged(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        stream.Position = 0;
        while (rest > 0)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, rest));
            stream.ReadExactly(piece);
            hash.AppendData(piece);
            rest -= piece.Length;
        }
        var written = buffer.AsSpan(0, SHA256.HashSizeInBytes);
        stream.ReadExactly(written);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(written))
            throw Damaged(path);
    }

    private static Dictionary<string, CheckpointEntry> Directory(Stream stream, string path)
    {
        var entries = new Dictionary<string, CheckpointEntry>(StringComparer.Ordinal);
        stream.Position = CheckpointFormat.HeaderLength;
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            while ((EntryKind)reader.ReadByte() is var kind && kind != EntryKind.End)
            {
                var nameLength = reader.ReadInt32();
                if (nameLength < 0 || nameLength > stream.Length - stream.Position)
                    throw Damaged(path);
                var name = Encoding.UTF8.GetString(reader.ReadBytes(nameLength));
                var shape = kind == EntryKind.Singles ? ReadShape(reader) : (Shape?)null;
                long length = kind switch
                {
                    EntryKind.Singles => checked(shape!.Value.Length * sizeof(float)),
                    EntryKind.Integer or EntryKind.Real => sizeof(long),
                    EntryKind.Text => reader.ReadInt32(),
                    _ => throw Damaged(path),
                };
                if (length < 0 || length > stream.Length - stream.Position || !entries.TryAdd(name, new CheckpointEntry(kind, shape, stream.Position, length)))
                    throw Damaged(path);
                stream.Position += length;
            }
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException or OverflowException)
        {
            throw Damaged(path, failure);
        }
        if (stream.Position != stream.Length - SHA256.HashSizeInBytes)
            throw Damaged(path);
        return entries;
    }

    private static Shape ReadShape(BinaryReader reader)
    {
        var sizes = new int[reader.ReadByte()];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = reader.ReadInt32();
        return new Shape(sizes);
    }

    private static CheckpointException Damaged(string path, Exception? inner = null)
        => new($"The checkpoint '{path}' is cut off or damaged: its checksum does not match its content. Go back to an earlier one.", inner);
}
