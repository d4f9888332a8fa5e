using System.Buffers.Binary;
using System.Text;

namespace Semblance.Imaging.Metadata;

/// <summary>
/// One directory of a TIFF structure, which EXIF is (TIFF 6.0, section 2; EXIF 2.32, section 4.6.2). Reads in place and trusts no
/// number: what points outside the bytes, has another type than its meaning allows, or is no finite number is missing.
/// </summary>
internal readonly ref struct TiffDirectory
{
    private const int EntryBytes = 12;
    private const int MostTextBytes = 16 << 10;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _block;
    private readonly ReadOnlySpan<byte> _entries;
    private readonly bool _isLittle;

    private TiffDirectory(ReadOnlySpan<byte> block, ReadOnlySpan<byte> entries, bool isLittle)
    {
        _block = block;
        _entries = entries;
        _isLittle = isLittle;
    }

    private enum FieldType
    {
        Byte = 1,
        Ascii = 2,
        Short = 3,
        Long = 4,
        Rational = 5,
        Undefined = 7,
        SignedShort = 8,
        SignedLong = 9,
        SignedRational = 10,
        Float = 11,
        Double = 12,
        Utf8 = 129,
    }

    /// <summary>The first directory; without entries where the bytes are no TIFF structure.</summary>
    internal static TiffDirectory First(ReadOnlySpan<byte> block)
    {
        // RAW files of Olympus and Panasonic are TIFF structures with a number of their own in place of 42.
        if (block.Length < 8 || !(block.StartsWith("II"u8) || block.StartsWith("MM"u8)))
            return default;
        var isLittle = block[0] == 'I';
        return UInt16(block[2..], isLittle) is 42 or 0x4F52 or 0x5352 or 0x55 ? At(block, UInt32(block[4..], isLittle), isLittle) : default;
    }

    /// <summary>The directory that an entry points to; without entries where there is none.</summary>
    internal TiffDirectory Child(ushort tag) => Number(tag) is { } offset and >= 8 and <= uint.MaxValue ? At(_block, (uint)offset, _isLittle) : default;

    /// <summary>A text, trimmed, without what is behind its zero; null where it is empty.</summary>
    internal string? Text(ushort tag)
    {
        if (Find(tag, out var type, out _) is not { IsEmpty: false } value || type is not (FieldType.Ascii or FieldType.Utf8 or FieldType.Byte or FieldType.Undefined))
            return null;
        value = value[..Math.Min(value.Length, MostTextBytes)];
        var end = value.IndexOf((byte)0);
        return PhotoText.Clean(Decode(end < 0 ? value : value[..end]));
    }

    /// <summary>The bytes of a field, whatever their type.</summary>
    internal ReadOnlySpan<byte> Bytes(ushort tag) => Find(tag, out _, out _);

    /// <summary>A finite number out of a list of them, or null.</summary>
    internal double? Number(ushort tag, int index = 0)
    {
        var value = Find(tag, out var type, out var size);
        if (size == 0 || value.Length < (index + 1) * size)
            return null;
        value = value.Slice(index * size, size);
        double number = type switch
        {
            FieldType.Byte => value[0],
            FieldType.Short => UInt16(value, _isLittle),
            FieldType.SignedShort => (short)UInt16(value, _isLittle),
            FieldType.Long => UInt32(value, _isLittle),
            FieldType.SignedLong => (int)UInt32(value, _isLittle),
            FieldType.Rational => UInt32(value, _isLittle) / (double)UInt32(value[4..], _isLittle),
            FieldType.SignedRational => (int)UInt32(value, _isLittle) / (double)(int)UInt32(value[4..], _isLittle),
            FieldType.Float => _isLittle ? BinaryPrimitives.ReadSingleLittleEndian(value) : BinaryPrimitives.ReadSingleBigEndian(value),
            FieldType.Double => _isLittle ? BinaryPrimitives.ReadDoubleLittleEndian(value) : BinaryPrimitives.ReadDoubleBigEndian(value),
            _ => double.NaN,
        };
        return double.IsFinite(number) ? number : null;
    }

    private static TiffDirectory At(ReadOnlySpan<byte> block, uint offset, bool isLittle)
    {
        if (offset > block.Length - 2)
            return default;
        var entries = block[((int)offset + 2)..];
        var bytes = UInt16(block[(int)offset..], isLittle) * EntryBytes;
        return new TiffDirectory(block, entries[..Math.Min(bytes, entries.Length)], isLittle);
    }

    private ReadOnlySpan<byte> Find(ushort tag, out FieldType type, out int size)
    {
        for (var entries = _entries; entries.Length >= EntryBytes; entries = entries[EntryBytes..])
        {
            if (UInt16(entries, _isLittle) != tag)
                continue;
            type = (FieldType)UInt16(entries[2..], _isLittle);
            size = SizeOf(type);
            var length = UInt32(entries[4..], _isLittle) * (ulong)size;
            if (length <= 4)
                return entries.Slice(8, (int)length);
            var offset = UInt32(entries[8..], _isLittle);
            return offset + length <= (ulong)_block.Length ? _block.Slice((int)offset, (int)length) : [];
        }
        type = default;
        size = 0;
        return [];
    }

    private static int SizeOf(FieldType type) => type switch
    {
        FieldType.Byte or FieldType.Ascii or FieldType.Undefined or FieldType.Utf8 => 1,
        FieldType.Short or FieldType.SignedShort => 2,
        FieldType.Long or FieldType.SignedLong or FieldType.Float => 4,
        FieldType.Rational or FieldType.SignedRational or FieldType.Double => 8,
        _ => 0,
    };

    // The standard says ASCII; cameras and programs write UTF-8, and old ones their country's page.
    private static string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return s_strictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(text);
        }
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool isLittle) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool isLittle) => isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
