using System.Diagnostics;
using Semblance.Benchmarks.Figures;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>Codes a second of the packed table look-ups, from the second-level cache and from memory, beside a plain read.</summary>
internal sealed class FastScanVerb : IBenchmarkVerb
{
    private const int Rounds = 9;
    private const int CachedBytes = 512 << 10;
    private const int MemoryBytes = 256 << 20;

    public string Name => "fastscan";

    public string Summary => "4-bit product codes summed a second (FastScan), at 16, 32 and 64 numbers a code";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args);
        var table = new FigureTable(Name);
        var random = new SeededRandom(1);
        var blocks = new byte[MemoryBytes];
        new Random(1).NextBytes(blocks);
        var sums = new ushort[1 << 16];
        foreach (var numbers in new[] { 16, 32, 64 })
        {
            var tables = new byte[numbers * 16];
            foreach (ref var entry in tables.AsSpan())
                entry = (byte)random.NextInt(FastScan.MaxEntry + 1);
            var arranged = new byte[2 * tables.Length];
            FastScan.Arrange(tables, arranged);
            var blockBytes = FastScan.BlockBytes(numbers);
            foreach (var (place, bytes) in new[] { ("cache", CachedBytes), ("memory", MemoryBytes) })
            {
                var rates = new List<double>();
                for (var round = 0; round < Rounds; round++)
                {
                    long codes = 0;
                    var clock = Stopwatch.StartNew();
                    for (var again = 0; again < MemoryBytes / bytes; again++)
                        codes += All(blocks.AsSpan(0, bytes), blockBytes, arranged, sums);
                    rates.Add(codes / clock.Elapsed.TotalSeconds / 1e9);
                }
                table.Add($"{numbers} numbers, {place}", rates, "G codes/s");
            }
        }
        table.Print(arguments.Json);
        return 0;
    }

    private static long All(ReadOnlySpan<byte> blocks, int blockBytes, ReadOnlySpan<byte> arranged, Span<ushort> sums)
    {
        // As a list is scanned: some blocks at a call.
        const int AtOnce = 64;
        long codes = 0;
        for (var start = 0; start + (AtOnce * blockBytes) <= blocks.Length; start += AtOnce * blockBytes)
        {
            FastScan.Sums(blocks.Slice(start, AtOnce * blockBytes), arranged, sums[..(AtOnce * FastScan.BlockRows)]);
            codes += AtOnce * FastScan.BlockRows;
        }
        return codes;
    }
}
