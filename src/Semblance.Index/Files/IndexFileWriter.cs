using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Semblance.Index.Files;

/// <summary>One section to be written: its exact length and the code that writes its bytes.</summary>
internal sealed record IndexFileSection(string Name, long Length, Action<IndexSectionSink> Write);

/// <summary>Takes the bytes of one section to the file and into its checksums.</summary>
internal sealed class IndexSectionSink(Stream stream, BlockSums? blocks = null)
{
    private readonly XxHash64 _hash = new();

    public long Written { get; private set; }

    public ulong Hash => _hash.GetCurrentHashAsUInt64();

    public void Write(ReadOnlySpan<byte> data)
    {
        stream.Write(data);
        _hash.Append(data);
        blocks?.Append(data);
        Written += data.Length;
    }
}

/// <summary>
/// Writes an index file so that its path holds either the old file or the whole new one: a temporary file in the same folder,
/// flushed to disk, renamed over the path, and the folder flushed as well.
/// </summary>
internal static class IndexFileWriter
{
    private const string TemporarySuffix = ".saving";

    // A saver that still lives has written within this time; what is older was left by one that was killed.
    private static readonly TimeSpan s_abandoned = TimeSpan.FromHours(1);

    public static void Write(string path, IndexFileHeader header, params ReadOnlySpan<IndexFileSection> sections)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Index files are little-endian and this machine is not.");
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        RemoveAbandoned(folder, Path.GetFileName(full));
        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}{TemporarySuffix}");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                WriteBody(stream, header, sections);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
            FolderSync.Flush(folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void WriteBody(FileStream stream, IndexFileHeader header, ReadOnlySpan<IndexFileSection> sections)
    {
        var headerLength = IndexFileLayout.HeaderLength(sections.Length + 1);
        var blocks = new BlockSums(headerLength);
        var bytes = new byte[headerLength];
        stream.Write(bytes);
        var entries = bytes.AsSpan(IndexFileLayout.FixedHeader);
        long position = headerLength;
        foreach (var section in sections)
        {
            position = Write(stream, section, position, blocks, entries);
            entries = entries[IndexFileLayout.SectionEntry..];
        }
        blocks.Append(Padding(position));
        var sums = blocks.ToSection();
        position = Write(stream, new IndexFileSection(BlockSums.Section, sums.Length, sink => sink.Write(sums)), position, null, entries);
        entries = entries[IndexFileLayout.SectionEntry..];

        IndexFileLayout.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), IndexFileLayout.Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), headerLength);
        Name(header.Kind, bytes.AsSpan(16));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), (int)(header.Metric ?? Metric.Hamming));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(36), header.Dimension);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), header.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(48), header.Generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(56), sections.Length + 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(64), position);
        BinaryPrimitives.WriteUInt64LittleEndian(entries, XxHash64.HashToUInt64(bytes.AsSpan(0, headerLength - IndexFileLayout.Checksum)));
        stream.Position = 0;
        stream.Write(bytes);
    }

    // Returns where the section ends.
    private static long Write(FileStream stream, IndexFileSection section, long position, BlockSums? blocks, Span<byte> entry)
    {
        var padding = Padding(position);
        stream.Write(padding);
        blocks?.Append(padding);
        var offset = position + padding.Length;
        var sink = new IndexSectionSink(stream, blocks);
        section.Write(sink);
        if (sink.Written != section.Length)
            throw new InvalidOperationException($"Section '{section.Name}' announced {section.Length} bytes and wrote {sink.Written}.");
        Name(section.Name, entry);
        BinaryPrimitives.WriteInt64LittleEndian(entry[16..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(entry[24..], section.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], sink.Hash);
        return offset + section.Length;
    }

    private static ReadOnlySpan<byte> Padding(long position) => new byte[(int)(IndexFileLayout.Align(position) - position)];

    private static void Name(string name, Span<byte> target)
    {
        if (name.Length is 0 or > IndexFileLayout.NameLength || !Ascii.IsValid(name))
            throw new ArgumentException($"'{name}' must be 1 to {IndexFileLayout.NameLength} ASCII characters.", nameof(name));
        Encoding.ASCII.GetBytes(name, target);
    }

    private static void RemoveAbandoned(string folder, string name)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $".{name}.*{TemporarySuffix}"))
        {
            try
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > s_abandoned)
                    File.Delete(file);
            }
            catch (IOException)
            {
                // Another process sweeps too, or holds it: it costs only space.
            }
            catch (UnauthorizedAccessException)
            {
            }
        }
    }
}
