using Semblance.Numerics.Lookups;
using Xunit;

namespace Semblance.Numerics.Tests.Lookups;

public sealed class FastScanTests
{
    public static TheoryData<string> Kernels => [.. LookupKernels.Available.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Sums_are_those_of_plain_look_ups(string name)
    {
        var kernel = LookupKernels.Available.Single(candidate => candidate.Name == name);
        for (var numbers = 4; numbers <= 132; numbers += 4)
        {
            foreach (var blocks in new[] { 1, 2, 3, 6 })
            {
                var random = new SeededRandom(numbers + blocks);
                var rows = blocks * FastScan.BlockRows;
                var codes = new byte[rows * numbers];
                foreach (ref var number in codes.AsSpan())
                    number = (byte)random.NextInt(16);
                var tables = new byte[numbers * 16];
                foreach (ref var entry in tables.AsSpan())
                    entry = (byte)random.NextInt(FastScan.MaxEntry + 1);
                // The largest sums there can be as well.
                if (blocks == 2)
                    Array.Fill(tables, (byte)FastScan.MaxEntry);

                var packed = new byte[blocks * FastScan.BlockBytes(numbers)];
                for (var row = 0; row < rows; row++)
                    FastScan.Pack(codes.AsSpan(row * numbers, numbers), packed.AsSpan(row / 32 * FastScan.BlockBytes(numbers), FastScan.BlockBytes(numbers)), row % 32);
                var arranged = new byte[2 * tables.Length];
                FastScan.Arrange(tables, arranged);
                var sums = new ushort[rows];
                kernel.Sums(ref packed[0], ref arranged[0], numbers / 4, ref sums[0], blocks);
                for (var row = 0; row < rows; row++)
                {
                    var expected = 0;
                    for (var m = 0; m < numbers; m++)
                        expected += tables[(m * 16) + codes[(row * numbers) + m]];
                    Assert.Equal(expected, sums[row]);
                }
            }
        }
    }

    [Fact]
    public void Packed_codes_come_back_and_can_be_moved()
    {
        var random = new SeededRandom(1);
        const int Numbers = 12;
        var block = new byte[FastScan.BlockBytes(Numbers)];
        var other = new byte[FastScan.BlockBytes(Numbers)];
        var codes = Enumerable.Range(0, 32).Select(_ => Enumerable.Range(0, Numbers).Select(_ => (byte)random.NextInt(16)).ToArray()).ToArray();
        for (var row = 0; row < 32; row++)
            FastScan.Pack(codes[row], block, row);
        var code = new byte[Numbers];
        for (var row = 0; row < 32; row++)
        {
            FastScan.Unpack(block, row, code);
            Assert.Equal(codes[row], code);
            FastScan.Copy(block, row, other, 31 - row, Numbers);
            FastScan.Unpack(other, 31 - row, code);
            Assert.Equal(codes[row], code);
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => FastScan.Sums(new byte[64], new byte[128], new ushort[33]));
        Assert.Throws<ArgumentException>(() => FastScan.Sums(new byte[63], new byte[128], new ushort[32]));
        Assert.Throws<ArgumentException>(() => FastScan.Sums(new byte[64], new byte[100], new ushort[32]));
        FastScan.Sums([], new byte[128], []);
    }
}
