using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Semblance.Index.Files;

/// <summary>
/// Checksums of a file's blocks, so that one part can be trusted without reading the others. They stand in the last section: the base-2
/// logarithm of a block's bytes (8 bytes), then the XXH3 of each block (8 bytes). Block b covers the file's bytes from b · size on, without
/// the header, which has a checksum of its own, and up to that section.
/// </summary>
/// <param name="headerLength">Where the first block's bytes begin.</param>
internal sealed class BlockSums(int headerLength)
{
    public const string Section = "block-sums";

    // A page. Of a graph's file of 80 MB (60,000 rows of 768 bytes, ef = 32) two searches after opening check 3.4 MB in blocks of 4 KB,
    // 5.9 MB in blocks of 8 KB, 10.5 in 16, 26.9 in 64 and 69 in blocks of 1 MB; the table, which is read at open, is 1/512 of the file.
    private const int Shift = 12;

    public const int LeastShift = 12;
    public const int GreatestShift = 24;

    private readonly XxHash3 _hash = new();
    private readonly List<ulong> _sums = [];
    private long _position = headerLength;

    public static int Length(int blocks) => (1 + blocks) * sizeof(ulong);

    public static ulong Of(ReadOnlySpan<byte> block) => XxHash3.HashToUInt64(block);

    /// <summary>The next bytes of the file.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var room = (1L << Shift) - (_position & ((1L << Shift) - 1));
            var part = bytes[..(int)Math.Min(room, bytes.Length)];
            _hash.Append(part);
            _position += part.Length;
            bytes = bytes[part.Length..];
            if (part.Length == room)
                Finish();
        }
    }

    /// <summary>The section's bytes, after the last of those it covers.</summary>
    public byte[] ToSection()
    {
        if ((_position & ((1L << Shift) - 1)) != 0)
            Finish();
        return MemoryMarshal.AsBytes<ulong>([Shift, .. _sums]).ToArray();
    }

    private void Finish()
    {
        _sums.Add(_hash.GetCurrentHashAsUInt64());
        _hash.Reset();
    }
}
