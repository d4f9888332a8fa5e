using System.Numerics;
using System.Runtime.InteropServices;

namespace Semblance.Storage;

/// <summary>Finds flipped bits in what is stored.</summary>
internal static class Checksum
{
    /// <summary>CRC-32C (Castagnoli), as iSCSI has it.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
