using System.Runtime.InteropServices;

namespace Semblance.Decoder;

/// <summary>A file's bytes outside the managed heap, which is kept small; files may have half a gigabyte.</summary>
internal sealed unsafe class NativeBytes(long length) : IDisposable
{
    private const int Chunk = 1 << 20;

    private readonly byte* _first = (byte*)NativeMemory.Alloc((nuint)Math.Max(length, 1));

    internal ReadOnlySpan<byte> Span => new(_first, (int)length);

    internal void ReadFrom(Stream stream)
    {
        for (long done = 0; done < length; done += Chunk)
            stream.ReadExactly(new Span<byte>(_first + done, (int)Math.Min(Chunk, length - done)));
    }

    public void Dispose() => NativeMemory.Free(_first);
}
