using System.Runtime.InteropServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Lookups;

namespace Semblance.Numerics;

/// <summary>
/// Sums of table look-ups for packed 4-bit codes, with the tables in registers (André, Kermarrec and Le Scouarnec, "Cache locality is
/// not enough: high-performance nearest neighbor search with product quantization fast scan", 2015). A code is M numbers below 16, M a
/// multiple of 4; 32 codes are a block of 16·M bytes. Step s of a block is 64 bytes: byte i &lt; 32 holds number 4s of code i in its low
/// and 4s + 1 in its high half, byte 32 + i numbers 4s + 2 and 4s + 3.
/// </summary>
internal static class FastScan
{
    /// <summary>Codes of a block.</summary>
    public const int BlockRows = 32;

    /// <summary>Numbers of a code come in groups of this many.</summary>
    public const int Group = 4;

    /// <summary>The largest value of a table entry: two of them are added in a byte.</summary>
    public const int MaxEntry = 127;

    private const int TableEntries = 16;

    private static readonly ILookupKernel s_kernel = LookupKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable));

    /// <summary>Bytes of a block of codes of <paramref name="numbers"/> numbers each.</summary>
    public static int BlockBytes(int numbers) => numbers / 2 * BlockRows;

    /// <summary>Writes one code, a number a byte, to its place in a block.</summary>
    /// <param name="row">0…31.</param>
    public static void Pack(ReadOnlySpan<byte> code, Span<byte> block, int row)
    {
        for (var m = 0; m < code.Length; m += 2)
            block[Place(m, row)] = (byte)(code[m] | code[m + 1] << 4);
    }

    /// <summary>Reads one code, a number a byte, from its place in a block.</summary>
    public static void Unpack(ReadOnlySpan<byte> block, int row, Span<byte> code)
    {
        for (var m = 0; m < code.Length; m += 2)
        {
            var pair = block[Place(m, row)];
            code[m] = (byte)(pair & 15);
            code[m + 1] = (byte)(pair >> 4);
        }
    }

    /// <summary>Copies one code from a place to another.</summary>
    public static void Copy(ReadOnlySpan<byte> source, int sourceRow, Span<byte> target, int targetRow, int numbers)
    {
        for (var m = 0; m < numbers; m += 2)
            target[Place(m, targetRow)] = source[Place(m, sourceRow)];
    }

    /// <summary>
    /// Puts tables <c>[M, 16]</c>, entries at most <see cref="MaxEntry"/> and 65,535 / M, in the order the kernels load them; the result
    /// has twice their length.
    /// </summary>
    public static void Arrange(ReadOnlySpan<byte> tables, Span<byte> arranged)
    {
        // A step's tables: 4s twice, 4s + 2 twice, 4s + 1 twice, 4s + 3 twice.
        ReadOnlySpan<int> order = [0, 2, 1, 3];
        for (var m = 0; m < tables.Length / TableEntries; m++)
        {
            var source = tables.Slice(((m & ~3) + order[m & 3]) * TableEntries, TableEntries);
            source.CopyTo(arranged[(2 * m * TableEntries)..]);
            source.CopyTo(arranged[((2 * m + 1) * TableEntries)..]);
        }
    }

    /// <summary>
    /// <paramref name="sums"/>[i] = Σₘ table m [number m of code i], for packed blocks. O(codes · M).
    /// </summary>
    /// <param name="blocks">Whole blocks, each <see cref="BlockBytes"/> long.</param>
    /// <param name="arranged">From <see cref="Arrange"/>.</param>
    /// <param name="sums">32 a block.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Sums(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> arranged, Span<ushort> sums)
    {
        var steps = arranged.Length / (2 * TableEntries * Group);
        var count = sums.Length / BlockRows;
        if (arranged.Length != steps * 2 * TableEntries * Group || sums.Length != count * BlockRows || blocks.Length != (long)count * steps * 64)
            throw new ArgumentException($"{sums.Length} sums over tables of {arranged.Length} bytes do not fit blocks of {blocks.Length} bytes.");
        if (count > 0 && steps > 0)
            s_kernel.Sums(ref MemoryMarshal.GetReference(blocks), ref MemoryMarshal.GetReference(arranged), steps, ref MemoryMarshal.GetReference(sums), count);
        else
            sums.Clear();
    }

    private static int Place(int number, int row) => (number / Group * 64) + (number % Group / 2 * BlockRows) + row;
}
