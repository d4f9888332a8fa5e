namespace Semblance.Index.Files;

/// <summary>
/// The bytes of an index file, all numbers little-endian:
/// <code>
///  0  8  magic "SMBLIDX\n"          40  8  rows
///  8  4  format version             48  8  generation
/// 12  4  header length              56  4  sections
/// 16 16  kind, ASCII, zero-padded   60  4  zero
/// 32  4  metric (Metric)           64  8  file length
/// 36  4  dimension, or bits
/// 72 40  a section: name (16, as kind), offset (8), length (8), xxHash64 of its bytes (8)
///  …  8  xxHash64 of the header so far
/// </code>
/// Sections begin on multiples of 64, in the order of the table; the bytes between are zero. The last one holds checksums of blocks
/// (<see cref="BlockSums"/>); files of older releases lack it, and those releases skip it.
/// </summary>
internal static class IndexFileLayout
{
    public const int Version = 1;
    public const int NameLength = 16;
    public const int FixedHeader = 72;
    public const int SectionEntry = 40;
    public const int Checksum = 8;
    public const int MaxSections = 64;
    public const int Alignment = 64;

    /// <summary>The line feed finds files that went through a text-mode transfer.</summary>
    public static ReadOnlySpan<byte> Magic => "SMBLIDX\n"u8;

    public static int HeaderLength(int sections) => FixedHeader + (sections * SectionEntry) + Checksum;

    public static long Align(long offset) => checked(offset + Alignment - 1) / Alignment * Alignment;
}
