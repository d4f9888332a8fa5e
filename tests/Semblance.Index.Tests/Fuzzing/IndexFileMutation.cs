using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Semblance.Index.Files;
using Semblance.Numerics;

namespace Semblance.Index.Tests.Fuzzing;

/// <summary>A changed index file: its bytes, what was done, and whether the checksums were left alone, so that they tell.</summary>
internal sealed record MutatedFile(byte[] Bytes, string What, bool IsHonest);

/// <summary>
/// Changes a sound index file in one of many ways, drawn by a seed: accidents that leave the checksums alone, and lies whose checksums
/// fit: header fields, section tables, sections that are cut, stretched, swapped or gone, and numbers in the payload (ids, positions,
/// counts, links, children) set to what hurts most.
/// </summary>
internal static class IndexFileMutation
{
    private const int SectionsAt = 56;
    private const int FileLengthAt = 64;

    private static readonly (int At, int Size, string Name)[] s_fields =
    [
        (8, 4, "version"), (12, 4, "header length"), (16, 8, "kind"), (32, 4, "metric"), (36, 4, "dimension"), (40, 8, "rows"), (48, 8, "generation"), (SectionsAt, 4, "sections"), (60, 4, "reserve"),
        (FileLengthAt, 8, "file length"),
    ];

    public static MutatedFile Apply(byte[] sound, SeededRandom random) => random.NextInt(12) switch
    {
        0 => Flipped(sound, random),
        1 => Cut(sound, random),
        2 => HeaderField(sound, random),
        3 => SectionEntry(sound, random),
        4 or 5 => Relaid(sound, random),
        _ => Payload(sound, random),
    };

    private static MutatedFile Flipped(byte[] sound, SeededRandom random)
    {
        var bytes = (byte[])sound.Clone();
        var changes = 1 + random.NextInt(8);
        for (var i = 0; i < changes; i++)
            bytes[random.NextInt(bytes.Length)] ^= (byte)(1 << random.NextInt(8));
        return new MutatedFile(bytes, $"{changes} flipped bits", IsHonest: true);
    }

    private static MutatedFile Cut(byte[] sound, SeededRandom random)
    {
        var length = random.NextInt(2) == 0 ? random.NextInt(sound.Length) : sound.Length - 1 - random.NextInt(Math.Min(200, sound.Length - 1));
        return new MutatedFile(sound[..length], $"cut to {length} of {sound.Length} bytes", IsHonest: true);
    }

    private static MutatedFile HeaderField(byte[] sound, SeededRandom random)
    {
        var bytes = (byte[])sound.Clone();
        var (at, size, name) = s_fields[random.NextInt(s_fields.Length)];
        Lie(bytes.AsSpan(at, size), random);
        Seal(bytes);
        return new MutatedFile(bytes, "header: " + name, IsHonest: false);
    }

    private static MutatedFile SectionEntry(byte[] sound, SeededRandom random)
    {
        var bytes = (byte[])sound.Clone();
        var entry = IndexFileLayout.FixedHeader + (random.NextInt(Sections(sound).Count) * IndexFileLayout.SectionEntry);
        var (at, size, name) = random.NextInt(4) switch
        {
            0 => (0, IndexFileLayout.NameLength, "name"),
            1 => (16, 8, "offset"),
            2 => (24, 8, "length"),
            _ => (32, 8, "checksum"),
        };
        if (size == IndexFileLayout.NameLength)
            bytes[entry + random.NextInt(8)] = (byte)random.NextUInt64();
        else
            Lie(bytes.AsSpan(entry + at, size), random);
        Seal(bytes);
        return new MutatedFile(bytes, $"section {(entry - IndexFileLayout.FixedHeader) / IndexFileLayout.SectionEntry}: {name}", IsHonest: false);
    }

    // The same file with other sections, whole and sealed.
    private static MutatedFile Relaid(byte[] sound, SeededRandom random)
    {
        var sections = Sections(sound);
        var at = random.NextInt(sections.Count);
        var other = random.NextInt(sections.Count);
        var (name, content) = sections[at];
        string what;
        switch (random.NextInt(6))
        {
            case 0:
                sections.RemoveAt(at);
                what = "removed";
                break;
            case 1:
                sections[at] = (name, content[..random.NextInt(content.Length + 1)]);
                what = $"cut to {sections[at].Content.Length} of {content.Length} bytes";
                break;
            case 2:
                sections[at] = (name, [.. content, .. new byte[1 + random.NextInt(300)]]);
                what = "stretched";
                break;
            case 3:
                sections[at] = (name, sections[other].Content);
                what = $"with the content of '{sections[other].Name}'";
                break;
            case 4:
                (sections[at], sections[other]) = ((name, sections[other].Content), (sections[other].Name, content));
                what = $"swapped with '{sections[other].Name}'";
                break;
            default:
                // A multiple of the element, whatever it is, so that only counts elsewhere can tell.
                sections[at] = (name, content[..(content.Length / 128 * 64)]);
                what = "halved";
                break;
        }
        return new MutatedFile(Laid(sound, sections), $"section '{name}' {what}", IsHonest: false);
    }

    private static MutatedFile Payload(byte[] sound, SeededRandom random)
    {
        var sections = Sections(sound);
        // Small sections hold the counts that everything hangs on, so each section is as likely as the next.
        var (name, content) = sections[random.NextInt(sections.Count)];
        if (content.Length == 0)
            return Flipped(sound, random);
        var changes = random.NextInt(3) == 0 ? 1 + random.NextInt(64) : 1;
        for (var i = 0; i < changes; i++)
        {
            var size = (1 << random.NextInt(4)) is var bytes && bytes <= content.Length ? bytes : 1;
            var slot = random.NextInt(content.Length / size);
            // The first numbers of a section are often its counts.
            if (random.NextInt(4) == 0)
                slot = Math.Min(slot, random.NextInt(8));
            Lie(content.AsSpan(slot * size, size), random);
        }
        return new MutatedFile(Laid(sound, sections), $"section '{name}': {changes} numbers", IsHonest: false);
    }

    private static void Lie(Span<byte> field, SeededRandom random)
    {
        Span<byte> word = stackalloc byte[8];
        field[..Math.Min(8, field.Length)].CopyTo(word);
        var value = BinaryPrimitives.ReadInt64LittleEndian(word);
        value = random.NextInt(14) switch
        {
            0 => 0,
            1 => -1,
            2 => 1,
            3 => value + 1,
            4 => value - 1,
            5 => value * 2,
            6 => value / 2,
            7 => int.MaxValue,
            8 => int.MinValue,
            9 => long.MaxValue,
            10 => random.NextInt(4000),
            11 => value ^ (1L << random.NextInt(8 * Math.Min(8, field.Length))),
            12 => random.NextInt(2) == 0 ? BitConverter.SingleToInt32Bits(float.NaN) : BitConverter.SingleToInt32Bits(float.PositiveInfinity),
            _ => (long)random.NextUInt64(),
        };
        BinaryPrimitives.WriteInt64LittleEndian(word, value);
        word[..Math.Min(8, field.Length)].CopyTo(field);
    }

    /// <summary>The same index as releases wrote it that knew no checksums of blocks.</summary>
    public static byte[] WithoutBlockSums(byte[] sound) => Laid(sound, [.. Sections(sound).Where(section => section.Name != BlockSums.Section)]);

    private static List<(string Name, byte[] Content)> Sections(byte[] file)
    {
        var sections = new List<(string, byte[])>();
        var count = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(SectionsAt));
        for (var i = 0; i < count; i++)
        {
            var entry = file.AsSpan(IndexFileLayout.FixedHeader + (i * IndexFileLayout.SectionEntry), IndexFileLayout.SectionEntry);
            var name = Encoding.ASCII.GetString(entry[..IndexFileLayout.NameLength]).TrimEnd('\0');
            var (offset, length) = (BinaryPrimitives.ReadInt64LittleEndian(entry[16..]), BinaryPrimitives.ReadInt64LittleEndian(entry[24..]));
            sections.Add((name, file.AsSpan((int)offset, (int)length).ToArray()));
        }
        return sections;
    }

    private static byte[] Laid(byte[] sound, List<(string Name, byte[] Content)> sections)
    {
        var headerLength = IndexFileLayout.HeaderLength(sections.Count);
        long length = headerLength;
        foreach (var (_, content) in sections)
            length = IndexFileLayout.Align(length) + content.Length;
        var bytes = new byte[length];
        sound.AsSpan(0, IndexFileLayout.FixedHeader).CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), headerLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(SectionsAt), sections.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(FileLengthAt), length);
        long end = headerLength;
        for (var i = 0; i < sections.Count; i++)
        {
            var entry = bytes.AsSpan(IndexFileLayout.FixedHeader + (i * IndexFileLayout.SectionEntry), IndexFileLayout.SectionEntry);
            var offset = IndexFileLayout.Align(end);
            Encoding.ASCII.GetBytes(sections[i].Name, entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[24..], sections[i].Content.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], XxHash64.HashToUInt64(sections[i].Content));
            sections[i].Content.CopyTo(bytes.AsSpan((int)offset));
            end = offset + sections[i].Content.Length;
        }
        Seal(bytes);
        return bytes;
    }

    // The checksum stands where the number of sections says; a lie there leaves it where it was.
    private static void Seal(byte[] bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        if (length < IndexFileLayout.FixedHeader + IndexFileLayout.Checksum || length > bytes.Length)
            return;
        var header = bytes.AsSpan(0, length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[^IndexFileLayout.Checksum..], XxHash64.HashToUInt64(header[..^IndexFileLayout.Checksum]));
    }
}
