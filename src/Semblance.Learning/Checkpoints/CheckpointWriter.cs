using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Semblance.Networks;

namespace Semblance.Learning.Checkpoints;

internal sealed class CheckpointWriter : StateVisitor, IDisposable
{
    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public CheckpointWriter(Stream stream)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Checkpoints are little-endian and this machine is not.");
        _stream = stream;
        Write(CheckpointFormat.Magic);
        Write(CheckpointFormat.Version);
    }

    public override void Singles(string name, Shape shape, Span<float> values)
    {
        Begin(EntryKind.Singles, name);
        Write([(byte)shape.Rank]);
        foreach (var size in shape)
            Write(size);
        Write(MemoryMarshal.AsBytes(values));
    }

    public override void Integer(string name, ref long value)
    {
        Begin(EntryKind.Integer, name);
        Write(value);
    }

    public override void Real(string name, ref double value)
    {
        Begin(EntryKind.Real, name);
        Write(BitConverter.DoubleToInt64Bits(value));
    }

    public override void Text(string name, ref string value)
    {
        Begin(EntryKind.Text, name);
        WriteText(value);
    }

    public void Finish()
    {
        Write([(byte)EntryKind.End]);
        _stream.Write(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Begin(EntryKind kind, string name)
    {
        if (!_names.Add(name))
            throw new InvalidOperationException($"Two parts of the run call their state '{name}'; names in a checkpoint are unique.");
        Write([(byte)kind]);
        WriteText(name);
    }

    private void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(bytes.Length);
        Write(bytes);
    }

    private void Write(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Write(bytes);
    }

    private void Write(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Write(bytes);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _hash.AppendData(bytes);
    }
}
