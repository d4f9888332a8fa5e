using System.Buffers.Binary;
using System.Text;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class VectorFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, byte[], VectorElement> Files => new()
    {
        { "a.fvecs", [.. Int(3), .. Floats(1, 2, 3), .. Int(3), .. Floats(4, 5, 6)], VectorElement.Float32 },
        { "a.bvecs", [.. Int(3), 1, 2, 3, .. Int(3), 4, 5, 6], VectorElement.UInt8 },
        { "a.ivecs", [.. Int(3), .. Int(1), .. Int(2), .. Int(3), .. Int(3), .. Int(4), .. Int(5), .. Int(6)], VectorElement.Int32 },
        { "a.fbin", [.. Int(2), .. Int(3), .. Floats(1, 2, 3, 4, 5, 6)], VectorElement.Float32 },
        { "A.FBIN", [.. Int(2), .. Int(3), .. Floats(1, 2, 3, 4, 5, 6)], VectorElement.Float32 },
        { "a.u8bin", [.. Int(2), .. Int(3), 1, 2, 3, 4, 5, 6], VectorElement.UInt8 },
        { "a.i8bin", [.. Int(2), .. Int(3), 1, 2, 3, 4, 5, 6], VectorElement.Int8 },
        { "a.ibin", [.. Int(2), .. Int(3), .. Int(1), .. Int(2), .. Int(3), .. Int(4), .. Int(5), .. Int(6)], VectorElement.Int32 },
        { "with distances.ibin", [.. Int(2), .. Int(3), .. Int(1), .. Int(2), .. Int(3), .. Int(4), .. Int(5), .. Int(6), .. Floats(9, 9, 9, 9, 9, 9)], VectorElement.Int32 },
        { "f4.npy", Npy("<f4", "(2, 3)", Floats(1, 2, 3, 4, 5, 6)), VectorElement.Float32 },
        { "f8.npy", Npy("<f8", "(2, 3)", Doubles(1, 2, 3, 4, 5, 6)), VectorElement.Float64 },
        { "f2.npy", Npy("<f2", "(2, 3)", Halves(1, 2, 3, 4, 5, 6)), VectorElement.Float16 },
        { "u1.npy", Npy("|u1", "(2, 3)", [1, 2, 3, 4, 5, 6]), VectorElement.UInt8 },
        { "i4.npy", Npy("<i4", "(2, 3)", [.. Int(1), .. Int(2), .. Int(3), .. Int(4), .. Int(5), .. Int(6)], version: 2), VectorElement.Int32 },
        { "i8.npy", Npy("<i8", "(2, 3)", Longs(1, 2, 3, 4, 5, 6), version: 3), VectorElement.Int64 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_format_gives_its_rows(string name, byte[] bytes, VectorElement element)
    {
        using var reader = VectorFile.Open(Write(name, bytes));
        Assert.Equal((2, 3, element), (reader.Rows, reader.Columns, reader.Element));
        Assert.Equal([1, 2, 3, 4, 5, 6], reader.Read(0, 2).Span);
        Assert.Equal([4, 5, 6], reader.Read(1, 1).Span);
        Assert.Equal((0, 3), (reader.Read(2, 0).Rows, reader.Read(2, 0).Columns));
        Assert.Equal([1, 2, 3, 4, 5, 6], VectorFile.Read(reader.Path).Span);
        if (element == VectorElement.UInt8)
            Assert.Equal([4, 5, 6], reader.ReadBytes(1, 1));
        else
            Assert.Contains("bytes are needed", Assert.Throws<VectorFileException>(() => reader.ReadBytes(0, 1)).Message, StringComparison.Ordinal);
        if (element is VectorElement.UInt8 or VectorElement.Int8 or VectorElement.Int32 or VectorElement.Int64)
            Assert.Equal([4, 5, 6], reader.ReadIntegers(1, 1));
        else
            Assert.Contains("whole numbers are needed", Assert.Throws<VectorFileException>(() => reader.ReadIntegers(0, 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>The bytes that numpy.save(file, numpy.array([[0.5, -1]], dtype='float32')) writes, as NumPy 1.24 wrote them.</summary>
    [Fact]
    public void A_file_of_numpy_is_read()
    {
        const string saved = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA/AACAvw==";
        Assert.Equal([0.5f, -1], VectorFile.Read(Write("a.npy", Convert.FromBase64String(saved))).Span);
    }

    [Fact]
    public void One_dimension_is_a_single_row()
    {
        using var reader = VectorFile.Open(Write("a.npy", Npy("<f4", "(3,)", Floats(1, 2, 3))));
        Assert.Equal((1, 3), (reader.Rows, reader.Columns));
    }

    [Fact]
    public void Signs_and_large_numbers_survive()
    {
        Assert.Equal([-1, -128, 127], VectorFile.Read(Write("a.i8bin", [.. Int(1), .. Int(3), 0xFF, 0x80, 0x7F])).Span);
        Assert.Equal([200, 255], VectorFile.Read(Write("a.u8bin", [.. Int(1), .. Int(2), 200, 255])).Span);
        using var reader = VectorFile.Open(Write("a.npy", Npy("<i8", "(1, 2)", Longs((1L << 40) + 1, -7))));
        Assert.Equal([(1L << 40) + 1, -7], reader.ReadIntegers(0, 1));
    }

    [Theory]
    [InlineData("a.fvecs")]
    [InlineData("a.fbin")]
    [InlineData("a.npy")]
    public void What_is_written_is_read_back_over_several_buffers(string name)
    {
        var rows = new Matrix(5000, 129);
        var random = new SeededRandom(1);
        foreach (ref var value in rows.Span)
            value = (float)random.NextGaussian();
        VectorFile.Write(_folder[name], rows);
        Assert.True(VectorFile.Read(_folder[name]).Span.SequenceEqual(rows.Span));
        using var reader = VectorFile.Open(_folder[name]);
        Assert.True(reader.Read(4321, 100).Span.SequenceEqual(rows.Slice(4321, 100).Span));
        Assert.Equal([_folder[name]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Written_npy_begins_its_data_at_a_multiple_of_64()
    {
        VectorFile.Write(_folder["a.npy"], new Matrix(3, 5));
        Assert.Equal(0, (new FileInfo(_folder["a.npy"]).Length - (3 * 5 * 4)) % 64);
    }

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "a.txt", [], "has the extension '.txt', which names no vector format; those that do are .fvecs" },
        { "a.fvecs", [], "is empty" },
        { "a.fvecs", [3, 0], "is cut off in its header: it has 2 bytes" },
        { "a.fvecs", [.. Int(0)], "row 0 has 0 numbers" },
        { "a.fvecs", [.. Int(-1), .. Floats(1)], "row 0 has -1 numbers" },
        { "a.fvecs", [.. Int(int.MaxValue), .. Floats(1)], "row 0 has 2147483647 numbers" },
        { "a.fvecs", [.. Int(2), .. Floats(1, 2), .. Int(2), .. Floats(1)], "are no multiple of the 12 of row 0 (2 x Float32)" },
        { "a.fvecs", [.. Int(2), .. Floats(1, 2), .. Int(3), .. Floats(1, 2)], "says at byte 12 that row 1 has 3 numbers, and row 0 has 2" },
        { "a.fbin", [.. Int(2)], "is cut off in its header" },
        { "a.fbin", [.. Int(2), .. Int(0)], "a row has 0 numbers" },
        { "a.fbin", [.. Int(2), .. Int(-1)], "a row has 4294967295 numbers" },
        { "a.fbin", [.. Int(2), .. Int(3), .. Floats(1, 2, 3, 4, 5)], "promises 2 rows of 3 x Float32, and from byte 8 on there is room for 1" },
        { "a.fbin", [.. Int(-1), .. Int(1 << 20), .. Floats(1)], "promises 4294967295 rows" },
        { "a.fbin", [.. Int(1), .. Int(1), .. Floats(1, 2)], "has 4 bytes more than the 1 rows of 1 x Float32" },
        { "a.ibin", [.. Int(1), .. Int(1), .. Int(1), .. Int(2), .. Int(3)], "has 8 bytes more" },
        { "a.npy", [.. "PK and so on"u8], "does not begin with the bytes 93 'NUMPY'" },
        { "a.npy", [0x93, .. "NUMPY"u8, 9, 0, 0, 0], "has version 9.0" },
        { "a.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255], "says at byte 8 that its header has 4294967295 bytes" },
        { "a.npy", [0x93, .. "NUMPY"u8, 1, 0, 200, 0, 32], "is cut off in its header" },
        { "a.npy", Npy(">f4", "(1, 1)", Floats(1)), "is big-endian (descr '>f4')" },
        { "a.npy", Npy("<c8", "(1, 1)", Floats(1, 1)), "has elements of the type '<c8'" },
        { "a.npy", Npy("<f4", "(1, 1)", Floats(1), fortran: "True"), "is in Fortran order" },
        { "a.npy", Npy("<f4", "(1, 1, 1)", Floats(1)), "has 3 dimensions" },
        { "a.npy", Npy("<f4", "()", Floats(1)), "has 0 dimensions" },
        { "a.npy", Npy("<f4", "(2, 2)", Floats(1, 2, 3)), "promises 2 rows of 2 x Float32" },
        { "a.npy", Npy("<f4", "(9223372036854775807, 1048576)", Floats(1)), "promises 9223372036854775807 rows" },
        { "a.npy", Npy("<f4", "(99999999999999999999, 1)", Floats(1)), "a whole number was expected" },
        { "a.npy", Npy("<f4", "(-1, 1)", Floats(1)), "a whole number was expected" },
        { "a.npy", Npy("<f4", "(2, 2)", Floats(1, 2, 3, 4), fortran: "Maybe"), "True or False was expected" },
        { "a.npy", NpyOf("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1, 1)}", Floats(1)), "arrays of records are not vectors" },
        { "a.npy", NpyOf("{'descr': '<f4', 'shape': (1, 1)}", Floats(1)), "the field 'fortran_order' is missing" },
        { "a.npy", NpyOf("{'descr': '<f4', 'descr': '<f4'}", Floats(1)), "unknown or stands twice" },
        { "a.npy", NpyOf("{'descr': '<f4", Floats(1)), "a quote is not closed" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_wrong_is_said_with_its_place(string name, byte[] bytes, string expected)
    {
        var path = Write(name, bytes);
        var refused = Assert.Throws<VectorFileException>(() => VectorFile.Read(path));
        Assert.StartsWith($"The vector file '{path}' ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_while_open_is_noticed()
    {
        var path = Write("a.fbin", [.. Int(2), .. Int(2), .. Floats(1, 2, 3, 4)]);
        using var reader = VectorFile.Open(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(20);
        Assert.Contains("ended at byte 20", Assert.Throws<VectorFileException>(() => reader.Read(0, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_calls_are_refused()
    {
        using var reader = VectorFile.Open(Write("a.fbin", [.. Int(2), .. Int(2), .. Floats(1, 2, 3, 4)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(long.MaxValue, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(0, -1));
        Assert.Throws<ArgumentException>(() => VectorFile.Write(_folder["a.csv"], new Matrix(1, 1)));
        Assert.Throws<FileNotFoundException>(() => VectorFile.Open(_folder["none.fbin"]));
    }

    /// <summary>Bits flipped, numbers replaced by extreme ones, bytes cut off, doubled and inserted: rows or the one exception, nothing else.</summary>
    [Fact]
    public void Mutated_files_give_rows_or_the_one_exception()
    {
        var random = new SeededRandom(7);
        var refused = 0;
        var read = 0;
        foreach (var (name, bytes, _) in Files.Select(file => file.Data))
        {
            var path = _folder["mutated" + Path.GetExtension(name)];
            for (var round = 0; round < 400; round++)
            {
                var mutated = Mutated(bytes, random);
                File.WriteAllBytes(path, mutated);
                try
                {
                    var rows = VectorFile.Read(path);
                    Assert.True(rows.Span.Length <= mutated.Length, "More numbers came out than there are bytes.");
                    read++;
                }
                catch (VectorFileException)
                {
                    refused++;
                }
            }
        }
        Assert.True(refused > 1000 && read > 100, $"{refused} refused, {read} read");
    }

    private static byte[] Mutated(byte[] bytes, SeededRandom random)
    {
        var mutated = bytes.ToList();
        for (var changes = 1 + random.NextInt(3); changes > 0 && mutated.Count > 0; changes--)
        {
            var at = random.NextInt(mutated.Count);
            switch (random.NextInt(6))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.NextInt(256);
                    break;
                case 2:
                    mutated.RemoveRange(at, mutated.Count - at);
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.Take(1 + random.NextInt(16)).ToArray());
                    break;
                case 4:
                    mutated.RemoveAt(at);
                    break;
                default:
                    int[] extremes = [0, -1, int.MaxValue, int.MinValue, 1 << 20, 1 << 30];
                    var number = Int(extremes[random.NextInt(extremes.Length)]);
                    // The headers of all formats but .npy are whole numbers of four bytes.
                    for (int i = 0, start = at / 4 * 4; i < 4 && start + i < mutated.Count; i++)
                        mutated[start + i] = number[i];
                    break;
            }
        }
        return [.. mutated];
    }

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder[name], bytes);
        return _folder[name];
    }

    private static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(value => Int(BitConverter.SingleToInt32Bits(value)))];

    private static byte[] Doubles(params double[] values) => Longs([.. values.Select(BitConverter.DoubleToInt64Bits)]);

    private static byte[] Halves(params float[] values) => [.. values.SelectMany(value => Int(BitConverter.HalfToInt16Bits((Half)value))[..2])];

    private static byte[] Longs(params long[] values) => [.. values.SelectMany(value => (byte[])[.. Int((int)value), .. Int((int)(value >> 32))])];

    private static byte[] Npy(string descr, string shape, byte[] data, byte version = 1, string fortran = "False") =>
        NpyOf($"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n", data, version);

    private static byte[] NpyOf(string header, byte[] data, byte version = 1) =>
        [0x93, .. "NUMPY"u8, version, 0, .. version == 1 ? Int(header.Length)[..2] : Int(header.Length), .. Encoding.UTF8.GetBytes(header), .. data];
}
