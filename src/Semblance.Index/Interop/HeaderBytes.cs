using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Semblance.Index.Interop;

/// <summary>The beginning of a vector file and its length, for the readers of headers.</summary>
internal sealed class HeaderBytes(string path, SafeFileHandle file)
{
    public string Path => path;

    public string Extension { get; } = System.IO.Path.GetExtension(path).ToLowerInvariant();

    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>Exactly <paramref name="count"/> bytes at <paramref name="at"/>.</summary>
    /// <exception cref="VectorFileException">The file is shorter.</exception>
    public byte[] Read(long at, int count)
    {
        if (at + count > Length)
            throw Wrong($"is cut off in its header: it has {Length} bytes, and {at + count} are needed");
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            var got = RandomAccess.Read(file, bytes.AsSpan(done), at + done);
            if (got == 0)
                throw Wrong($"ended at byte {at + done} of its header");
            done += got;
        }
        return bytes;
    }

    public int ReadInt32(long at) => BinaryPrimitives.ReadInt32LittleEndian(Read(at, sizeof(int)));

    public uint ReadUInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Read(at, sizeof(uint)));

    public VectorFileException Wrong(string what) => new(path, what);
}
