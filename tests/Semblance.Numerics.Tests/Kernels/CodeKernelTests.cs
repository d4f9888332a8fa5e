using Semblance.Numerics.Kernels;
using Xunit;

namespace Semblance.Numerics.Tests.Kernels;

public sealed unsafe class CodeKernelTests
{
    public static TheoryData<string> Names => [.. CodeKernels.Available.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nibbles_agree_with_the_definition_at_every_width_and_count(string name)
    {
        for (var dimensions = 128; dimensions <= 640; dimensions += 128)
        {
            for (var count = 1; count <= 18; count++)
                Compare(name, dimensions, dimensions / 2, count, seed: 1, (code, i) => 8 * Level(code, i));
        }

        static int Level(ReadOnlySpan<byte> code, int dimension)
        {
            var packed = code[(dimension / 128 * 64) + (dimension % 64)];
            return dimension % 128 < 64 ? packed % 16 : packed / 16;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_agree_with_the_definition_at_every_width_and_count(string name)
    {
        for (var dimensions = 16; dimensions <= 272; dimensions += 16)
        {
            for (var count = 1; count <= 18; count++)
                Compare(name, dimensions, dimensions, count, seed: 2, (code, i) => code[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_largest_differences_do_not_overflow(string name)
    {
        const int Dimensions = 65_536;
        var query = new byte[Dimensions];
        Array.Fill(query, (byte)127);
        var codes = new byte[Dimensions];
        var distances = new int[4];
        var zero = 0;
        fixed (byte* q = query)
        fixed (byte* c = codes)
        fixed (int* d = distances)
        {
            CodeKernels.Choose(name).Bytes(q, c, Dimensions, &zero, 1, d);
            Assert.Equal(127 * 127 * Dimensions, d[0]);
            CodeKernels.Choose(name).Nibbles(q, c, Dimensions / 2, &zero, 1, d);
            Assert.Equal(127 * 127 * Dimensions, d[0]);
        }
    }

    private delegate int LevelOf(ReadOnlySpan<byte> code, int dimension);

    private static void Compare(string name, int dimensions, int codeBytes, int count, long seed, LevelOf level)
    {
        const int Codes = 23;
        var random = new SeededRandom(seed);
        var query = new byte[dimensions];
        foreach (ref var q in query.AsSpan())
            q = (byte)random.NextInt(128);
        var codes = new byte[Codes * codeBytes];
        foreach (ref var c in codes.AsSpan())
            c = (byte)random.NextInt(codeBytes == dimensions ? 128 : 256);
        var indexes = new int[count];
        foreach (ref var index in indexes.AsSpan())
            index = random.NextInt(Codes);
        var signed = new sbyte[dimensions];
        foreach (ref var x in signed.AsSpan())
            x = (sbyte)(random.NextInt(255) - 127);
        const int Bias = 12_345;
        var distances = new int[(count + 3) / 4 * 4];
        var products = new int[distances.Length];
        fixed (byte* q = query)
        fixed (sbyte* s = signed)
        fixed (int* p = products)
        fixed (byte* c = codes)
        fixed (int* i = indexes)
        fixed (int* d = distances)
        {
            var kernel = CodeKernels.Choose(name);
            if (codeBytes == dimensions)
            {
                kernel.Bytes(q, c, codeBytes, i, count, d);
                kernel.ByteProducts(s, c, codeBytes, i, count, Bias, p);
            }
            else
            {
                kernel.Nibbles(q, c, codeBytes, i, count, d);
                kernel.NibbleProducts(s, c, codeBytes, i, count, Bias, p);
            }
        }
        for (var n = 0; n < count; n++)
        {
            var (expected, product) = (0, 0);
            for (var i = 0; i < dimensions; i++)
            {
                var step = level(codes.AsSpan(indexes[n] * codeBytes, codeBytes), i);
                expected += (query[i] - step) * (query[i] - step);
                product += signed[i] * (codeBytes == dimensions ? step : step / 8);
            }
            Assert.Equal(expected, distances[n]);
            Assert.Equal(Bias - product, products[n]);
        }
    }
}
