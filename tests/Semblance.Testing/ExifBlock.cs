using System.Buffers.Binary;
using System.Text;

namespace Semblance.Testing;

/// <summary>An EXIF block put together field by field, in either order of bytes.</summary>
public sealed class ExifBlock(bool bigEndian = false)
{
    private const ushort ExifPointer = 0x8769;
    private const ushort GpsPointer = 0x8825;

    public ExifFields Main { get; } = new(bigEndian);

    public ExifFields Exif { get; } = new(bigEndian);

    public ExifFields Gps { get; } = new(bigEndian);

    /// <summary>Degrees, minutes and seconds, as cameras write them.</summary>
    public ExifBlock At(double latitude, double longitude, double? altitude = null)
    {
        Gps.Text(1, latitude < 0 ? "S" : "N");
        Gps.Rationals(2, Sexagesimal(latitude));
        Gps.Text(3, longitude < 0 ? "W" : "E");
        Gps.Rationals(4, Sexagesimal(longitude));
        if (altitude is { } metres)
        {
            Gps.Bytes(5, 1, [(byte)(metres < 0 ? 1 : 0)]);
            Gps.Rationals(6, ((uint)Math.Round(Math.Abs(metres) * 10), 10));
        }
        return this;
    }

    public byte[] ToArray()
    {
        // The pointers are written twice: the sizes do not depend on their values.
        if (!Exif.IsEmpty)
            Main.Long(ExifPointer, 0);
        if (!Gps.IsEmpty)
            Main.Long(GpsPointer, 0);
        var exif = 8 + Main.ToArray(8).Length;
        var gps = exif + (Exif.IsEmpty ? 0 : Exif.ToArray(exif).Length);
        if (!Exif.IsEmpty)
            Main.Long(ExifPointer, (uint)exif);
        if (!Gps.IsEmpty)
            Main.Long(GpsPointer, (uint)gps);
        return
        [
            .. bigEndian ? "MM\0*\0\0\0\u0008"u8 : "II*\0\u0008\0\0\0"u8,
            .. Main.ToArray(8),
            .. Exif.IsEmpty ? [] : Exif.ToArray(exif),
            .. Gps.IsEmpty ? [] : Gps.ToArray(gps),
        ];
    }

    private static (uint, uint)[] Sexagesimal(double angle)
    {
        var milliseconds = (uint)Math.Round(Math.Abs(angle) * 3_600_000);
        return [(milliseconds / 3_600_000, 1), (milliseconds / 60_000 % 60, 1), (milliseconds % 60_000, 1000)];
    }
}

/// <summary>The fields of one directory.</summary>
public sealed class ExifFields(bool bigEndian)
{
    private readonly SortedDictionary<ushort, (ushort Type, uint Count, byte[] Value)> _fields = [];

    internal bool IsEmpty => _fields.Count == 0;

    public void Text(ushort tag, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        Bytes(tag, 2, bytes, (uint)bytes.Length);
    }

    public void Short(ushort tag, ushort value) => Bytes(tag, 3, Number(value, 2));

    public void Long(ushort tag, uint value) => Bytes(tag, 4, Number(value, 4));

    public void Rationals(ushort tag, params (uint Numerator, uint Denominator)[] values) =>
        Bytes(tag, 5, [.. values.SelectMany(value => (byte[])[.. Number(value.Numerator, 4), .. Number(value.Denominator, 4)])], (uint)values.Length);

    /// <summary>A field as wrong as the test wants it.</summary>
    public void Bytes(ushort tag, ushort type, byte[] value, uint count = 1) => _fields[tag] = (type, count, value);

    internal byte[] ToArray(int start)
    {
        var heap = new List<byte>();
        var heapStart = start + 2 + (12 * _fields.Count) + 4;
        var bytes = new List<byte>(Number((uint)_fields.Count, 2));
        foreach (var (tag, (type, count, value)) in _fields)
        {
            bytes.AddRange(Number(tag, 2));
            bytes.AddRange(Number(type, 2));
            bytes.AddRange(Number(count, 4));
            if (value.Length <= 4)
            {
                bytes.AddRange(value);
                bytes.AddRange(new byte[4 - value.Length]);
                continue;
            }
            bytes.AddRange(Number((uint)(heapStart + heap.Count), 4));
            heap.AddRange(value);
            if (heap.Count % 2 == 1)
                heap.Add(0);
        }
        return [.. bytes, 0, 0, 0, 0, .. heap];
    }

    private byte[] Number(uint value, int size)
    {
        var bytes = new byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bigEndian ? bytes[(4 - size)..] : bytes[..size];
    }
}
