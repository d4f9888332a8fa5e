using System.Buffers.Binary;
using System.Text;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Directories of a TIFF structure: picture files, most RAW files, EXIF blocks. Reads what lies inside the bytes and passes over
/// the rest; no offset, count or loop in a file can make it throw or hang. TIFF 6.0 and BigTIFF.
/// </summary>
internal readonly ref struct TiffReader
{
    /// <summary>Directories looked at in one file, and values of one entry; real files have a handful.</summary>
    private const int MostDirectories = 32;
    private const int MostValues = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _little;
    private readonly bool _big;

    private TiffReader(ReadOnlySpan<byte> bytes, bool little, bool big)
    {
        _bytes = bytes;
        _little = little;
        _big = big;
    }

    /// <summary>False where the bytes do not begin as a TIFF structure; makers of RAW files use marks of their own for 42.</summary>
    internal static bool TryOpen(ReadOnlySpan<byte> bytes, out TiffReader reader)
    {
        reader = default;
        if (bytes.Length < 16 || bytes[0] != bytes[1] || bytes[0] is not ((byte)'I' or (byte)'M'))
            return false;
        var little = bytes[0] == (byte)'I';
        reader = new TiffReader(bytes, little, big: (little ? bytes[2] : bytes[3]) == 43);
        return true;
    }

    /// <summary>Offsets of the directories: the chain of the file, and behind each the directories that its entries <paramref name="children"/> lead to.</summary>
    internal List<long> Directories(params ReadOnlySpan<ushort> children)
    {
        var found = new List<long>();
        var first = _big ? Number(8, 8) : Number(4, 4);
        for (var at = first; at is > 0 && found.Count < MostDirectories && !found.Contains(at) && Entries(at) > 0; at = Next(at))
            found.Add(at);
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var tag in children)
            {
                foreach (var child in Numbers(found[i], tag))
                {
                    if (child > 0 && found.Count < MostDirectories && !found.Contains((long)child) && Entries((long)child) > 0)
                        found.Add((long)child);
                }
            }
        }
        return found;
    }

    /// <summary>Values of an entry, whatever number type they are stored in; empty where the directory lacks it.</summary>
    internal double[] Numbers(long directory, ushort tag)
    {
        if (!TryEntry(directory, tag, out var type, out var count, out var at) || Size(type) is not (> 0 and var size) || type == 2)
            return [];
        var values = new double[(int)Math.Min(count, MostValues)];
        for (var i = 0; i < values.Length; i++)
        {
            var place = at + ((long)i * size);
            if (place + size > _bytes.Length)
                return [];
            values[i] = Value(type, place);
        }
        return values;
    }

    /// <summary>First value of an entry.</summary>
    internal double? Number(long directory, ushort tag) => Numbers(directory, tag) is [var first, ..] ? first : null;

    internal string? Text(long directory, ushort tag)
    {
        if (!TryEntry(directory, tag, out var type, out var count, out var at) || type != 2 || count > 1 << 16 || at + count > _bytes.Length)
            return null;
        var text = Encoding.UTF8.GetString(_bytes.Slice((int)at, (int)count));
        var end = text.IndexOf('\0');
        text = (end < 0 ? text : text[..end]).Trim();
        return text.Length > 0 ? text : null;
    }

    private int Entries(long directory)
    {
        var width = _big ? 8 : 2;
        if (directory < 0 || directory + width > _bytes.Length)
            return 0;
        return (int)Math.Min(Number(directory, width), 4096);
    }

    private long Next(long directory)
    {
        var (head, entry, offset) = _big ? (8, 20, 8) : (2, 12, 4);
        var at = directory + head + ((long)Entries(directory) * entry);
        return at + offset <= _bytes.Length ? Number(at, offset) : 0;
    }

    private bool TryEntry(long directory, ushort tag, out int type, out long count, out long at)
    {
        (type, count, at) = (0, 0, 0);
        var (head, entry, offset) = _big ? (8, 20, 8) : (2, 12, 4);
        var entries = Entries(directory);
        for (var i = 0; i < entries; i++)
        {
            var place = directory + head + ((long)i * entry);
            if (place + entry > _bytes.Length)
                return false;
            if (Number(place, 2) != tag)
                continue;
            type = (int)Number(place + 2, 2);
            count = Number(place + 4, offset);
            if (count <= 0)
                return false;
            at = count <= offset / Math.Max(1, Size(type)) ? place + 4 + offset : Number(place + 4 + offset, offset);
            return at > 0 && at < _bytes.Length;
        }
        return false;
    }

    private static int Size(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };

    private double Value(int type, long at)
    {
        var raw = Number(at, type is 5 or 10 ? 4 : Size(type));
        return type switch
        {
            6 => (sbyte)raw,
            8 => (short)raw,
            9 => (int)raw,
            5 => Number(at + 4, 4) is var divisor and not 0 ? raw / (double)divisor : 0,
            10 => (int)Number(at + 4, 4) is var divisor and not 0 ? (int)raw / (double)divisor : 0,
            11 => BitConverter.Int32BitsToSingle((int)raw),
            12 => BitConverter.Int64BitsToDouble(raw),
            _ => raw,
        };
    }

    /// <summary>An unsigned number of 1, 2, 4 or 8 bytes; 0 outside the bytes, negative where 8 bytes do not fit.</summary>
    private long Number(long at, int size)
    {
        if (at < 0 || at + size > _bytes.Length)
            return 0;
        var slice = _bytes.Slice((int)at, size);
        return size switch
        {
            1 => slice[0],
            2 => _little ? BinaryPrimitives.ReadUInt16LittleEndian(slice) : BinaryPrimitives.ReadUInt16BigEndian(slice),
            4 => _little ? BinaryPrimitives.ReadUInt32LittleEndian(slice) : BinaryPrimitives.ReadUInt32BigEndian(slice),
            _ => _little ? BinaryPrimitives.ReadInt64LittleEndian(slice) : BinaryPrimitives.ReadInt64BigEndian(slice),
        };
    }
}
