using System.IO.Compression;

namespace Semblance.Imaging.Decoding;

/// <summary>How many bytes the content of a file needs when it is packed well; what repeats itself needs next to none.</summary>
internal static class PackedSize
{
    /// <summary>More of a file than this is not looked at; what it holds till there is enough to know.</summary>
    private const int MostLooked = 8 << 20;

    internal static long Of(ReadOnlySpan<byte> bytes)
    {
        using var memory = new MemoryStream();
        using (var packed = new DeflateStream(memory, CompressionLevel.Fastest, leaveOpen: true))
            packed.Write(bytes[..Math.Min(bytes.Length, MostLooked)]);
        return memory.Length;
    }
}
