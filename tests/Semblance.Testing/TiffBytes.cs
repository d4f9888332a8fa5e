using System.Buffers.Binary;
using System.Text;

namespace Semblance.Testing;

/// <summary>TIFF structures put together entry by entry: sample kinds that no encoder here writes, and RAW files.</summary>
public static class TiffBytes
{
    public const ushort Byte = 1;
    public const ushort Ascii = 2;
    public const ushort Short = 3;
    public const ushort Long = 4;
    public const ushort SignedShort = 8;
    public const ushort SignedLong = 9;
    public const ushort SignedRational = 10;
    public const ushort Rational = 5;
    public const ushort Float = 11;
    public const ushort Double = 12;

    /// <summary>One entry of a directory; the value as it stands in the file, little-endian.</summary>
    public sealed record Entry(ushort Tag, ushort Type, byte[] Value)
    {
        public static Entry Shorts(ushort tag, params ushort[] values) => new(tag, TiffBytes.Short, [.. values.SelectMany(BitConverter.GetBytes)]);

        public static Entry Longs(ushort tag, params uint[] values) => new(tag, TiffBytes.Long, [.. values.SelectMany(BitConverter.GetBytes)]);

        public static Entry Bytes(ushort tag, params byte[] values) => new(tag, TiffBytes.Byte, values);

        public static Entry Text(ushort tag, string text) => new(tag, TiffBytes.Ascii, [.. Encoding.ASCII.GetBytes(text), 0]);

        public static Entry Rationals(ushort tag, ushort type, params int[] thousandths) => new(tag, type, [.. thousandths.SelectMany(value => BitConverter.GetBytes(value).Concat(BitConverter.GetBytes(1000)))]);
    }

    /// <summary>A directory and the data it describes, in one strip.</summary>
    public sealed record Directory(IReadOnlyList<Entry> Entries, byte[] Data, Directory? Child = null);

    /// <summary>A picture of one strip, chunky samples.</summary>
    /// <param name="format">1 unsigned, 2 signed, 3 floating point.</param>
    public static byte[] Picture(int width, int height, int bands, int bits, int format, int photometric, byte[] samples, params Entry[] more)
        => File(new Directory(
            [
                Entry.Longs(256, (uint)width),
                Entry.Longs(257, (uint)height),
                Entry.Shorts(258, [.. Enumerable.Repeat((ushort)bits, bands)]),
                Entry.Shorts(259, 1),
                Entry.Shorts(262, (ushort)photometric),
                Entry.Shorts(277, (ushort)bands),
                Entry.Longs(278, (uint)height),
                Entry.Shorts(339, [.. Enumerable.Repeat((ushort)format, bands)]),
                .. more,
            ],
            samples));

    /// <summary>A file of one directory; the strip's place and length, and the child's place (tag 330), are filled in.</summary>
    public static byte[] File(Directory first)
    {
        var bytes = new List<byte>([.. "II*\0"u8, 8, 0, 0, 0]);
        Write(first, bytes);
        return [.. bytes];
    }

    private static void Write(Directory directory, List<byte> bytes)
    {
        var entries = directory.Entries.Append(Entry.Longs(273, 0)).Append(Entry.Longs(279, (uint)directory.Data.Length));
        if (directory.Child is not null)
            entries = entries.Append(Entry.Longs(330, 0));
        var sorted = entries.OrderBy(entry => entry.Tag).ToList();
        var start = bytes.Count;
        var heap = start + 2 + (12 * sorted.Count) + 4;
        var values = new List<byte>();
        var table = new List<byte>(BitConverter.GetBytes((ushort)sorted.Count));
        var places = new Dictionary<ushort, int>();
        foreach (var entry in sorted)
        {
            var size = entry.Type switch { Short or SignedShort => 2, Long or SignedLong or Float => 4, Rational or SignedRational or Double => 8, _ => 1 };
            table.AddRange(BitConverter.GetBytes(entry.Tag));
            table.AddRange(BitConverter.GetBytes(entry.Type));
            table.AddRange(BitConverter.GetBytes(entry.Value.Length / size));
            places[entry.Tag] = start + table.Count;
            if (entry.Value.Length <= 4)
            {
                table.AddRange(entry.Value);
                table.AddRange(new byte[4 - entry.Value.Length]);
            }
            else
            {
                table.AddRange(BitConverter.GetBytes(heap + values.Count));
                values.AddRange(entry.Value);
                if (values.Count % 2 == 1)
                    values.Add(0);
            }
        }
        bytes.AddRange(table);
        bytes.AddRange(new byte[4]);
        bytes.AddRange(values);
        Patch(bytes, places[273], bytes.Count);
        bytes.AddRange(directory.Data);
        if (bytes.Count % 2 == 1)
            bytes.Add(0);
        if (directory.Child is null)
            return;
        Patch(bytes, places[330], bytes.Count);
        Write(directory.Child, bytes);
    }

    private static void Patch(List<byte> bytes, int place, int value)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        for (var i = 0; i < number.Length; i++)
            bytes[place + i] = number[i];
    }
}
