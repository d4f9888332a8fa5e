using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Semblance.Numerics.Serialization;

/// <summary>
/// The bytes of something fitted: a magic of eight bytes, a version (int32), its numbers, and the SHA-256 of all that. Little-endian.
/// </summary>
internal sealed class FittedBytesWriter : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly BinaryWriter _writer; // Little-endian on every machine.

    public FittedBytesWriter(ReadOnlySpan<byte> magic, int version)
    {
        _writer = new BinaryWriter(_stream);
        _writer.Write(magic);
        _writer.Write(version);
    }

    public void Write(int value) => _writer.Write(value);

    public void Write(float value) => _writer.Write(value);

    public void Write(double value) => _writer.Write(value);

    public void Write(ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            _writer.Write(MemoryMarshal.AsBytes(values));
            return;
        }
        foreach (var value in values)
            _writer.Write(value);
    }

    public void Write(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            _writer.Write(value);
    }

    public byte[] ToArray()
    {
        _writer.Flush();
        _writer.Write(SHA256.HashData(_stream.GetBuffer().AsSpan(0, (int)_stream.Length)));
        _writer.Flush();
        return _stream.ToArray();
    }

    public void Dispose() => _writer.Dispose();
}
