using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Semblance.Index.Files;

/// <summary>
/// An index file mapped read-only. Header, structure and lengths are checked at open; nothing in it is trusted before. So is the whole
/// content of a file below <see cref="WholeBelow"/>; that of a larger one block by block when it is first touched: <see cref="Section"/>
/// checks what it hands out, and who takes an <see cref="UncheckedSection"/> calls <see cref="Check"/> before each part that it reads.
/// Large files of releases that wrote no checksums of blocks are checked by <see cref="Verify"/> alone.
/// Several processes may map one file. Hold it with <see cref="Acquire"/> while pointers into it are in use: after
/// <see cref="Dispose"/> it is unmapped when the last holder lets go.
/// </summary>
internal sealed unsafe class MappedIndexFile : IDisposable
{
    /// <summary>Reading so much takes a few milliseconds.</summary>
    public const long WholeBelow = 64L << 20;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeMemoryMappedViewHandle _handle;
    private readonly byte* _start;
    private readonly int _headerLength;
    private readonly SectionEntry[] _sections;
    private ulong* _sums; // Of the blocks.
    private int _blockShift;
    private long _blocksEnd;
    private long _toCheck;
    private byte[]? _checked; // 1 for blocks that are sound; null once all are, or where blocks are not checked one by one.

    private MappedIndexFile(string path, FileStream stream, ParsedHeader parsed)
    {
        Path = path;
        Header = parsed.Header;
        Length = parsed.FileLength;
        _headerLength = parsed.HeaderLength;
        _sections = parsed.Sections;
        _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _handle = _view.SafeMemoryMappedViewHandle;
        byte* pointer = null;
        _handle.AcquirePointer(ref pointer);
        // The pointer keeps a hold of its own, which would outlive Dispose; holders take theirs by Acquire.
        _handle.ReleasePointer();
        _start = pointer + _view.PointerOffset;
    }

    internal sealed record SectionEntry(string Name, long Offset, long Length, ulong Hash);

    internal sealed record ParsedHeader(IndexFileHeader Header, int HeaderLength, long FileLength, SectionEntry[] Sections);

    public string Path { get; }

    public IndexFileHeader Header { get; }

    public long Length { get; }

    /// <summary>Whether no part that was not checked at open is still to be.</summary>
    public bool IsChecked => Volatile.Read(ref _checked) is null;

    /// <summary>Blocks that have not been touched yet.</summary>
    public long UncheckedBlocks => IsChecked ? 0 : Interlocked.Read(ref _toCheck);

    /// <summary>Maps a file that must be of the named kind.</summary>
    /// <param name="wholeBelow">Files of fewer bytes are checked whole.</param>
    public static MappedIndexFile Open(string path, string kind, long wholeBelow = WholeBelow)
    {
        var stream = OpenStream(path);
        try
        {
            var parsed = ReadHeader(stream, path);
            if (parsed.Header.Kind != kind)
                throw new IndexFileException(IndexFileProblem.WrongKind, path, $"holds an index of kind '{parsed.Header.Kind}', not '{kind}'");
            var file = new MappedIndexFile(path, stream, parsed);
            try
            {
                file.CheckAtOpen(wholeBelow);
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What <paramref name="open"/> makes of a file of the named kind; the file is closed again if it refuses.</summary>
    public static TIndex Open<TIndex>(string path, string kind, Func<MappedIndexFile, TIndex> open)
    {
        var file = Open(path, kind);
        try
        {
            return open(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Sharing deletion lets a saver rename a new file over an open one on Windows as well, as long as it is not mapped.
    public static FileStream OpenStream(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);

    public static ParsedHeader ReadHeader(FileStream stream, string path)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Index files are little-endian and this machine is not.");
        var actualLength = stream.Length;
        var head = new byte[IndexFileLayout.FixedHeader];
        var got = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var magic = IndexFileLayout.Magic;
        if (!head.AsSpan(0, Math.Min(got, magic.Length)).SequenceEqual(magic[..Math.Min(got, magic.Length)]))
            throw Refuse(IndexFileProblem.Foreign, "is not an index file of Semblance");
        if (got < head.Length)
            throw Refuse(IndexFileProblem.Truncated, $"is cut off after {actualLength} bytes");
        // The version comes before the checksum: a newer format may place its checksum elsewhere.
        var version = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8));
        if (version > IndexFileLayout.Version)
            throw Refuse(IndexFileProblem.Newer, $"has format version {version} and this release reads up to {IndexFileLayout.Version}");
        var headerLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12));
        var sectionCount = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(56));
        if (version < 1 || sectionCount is < 0 or > IndexFileLayout.MaxSections || headerLength != IndexFileLayout.HeaderLength(sectionCount))
            throw Refuse(IndexFileProblem.Damaged, "has a damaged header");

        var bytes = new byte[headerLength];
        head.CopyTo(bytes, 0);
        var rest = stream.ReadAtLeast(bytes.AsSpan(head.Length), headerLength - head.Length, throwOnEndOfStream: false);
        if (rest < headerLength - head.Length)
            throw Refuse(IndexFileProblem.Truncated, $"is cut off after {actualLength} bytes");
        var checksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(headerLength - IndexFileLayout.Checksum));
        if (checksum != XxHash64.HashToUInt64(bytes.AsSpan(0, headerLength - IndexFileLayout.Checksum)))
            throw Refuse(IndexFileProblem.Damaged, "has a damaged header");

        // From here on the numbers are those some writer wrote, which may still be hostile.
        var metric = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(32));
        var dimension = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(36));
        var count = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(40));
        var fileLength = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(64));
        if (metric is < 0 or > (int)Metric.Hamming || dimension < 1 || count is < 0 or > int.MaxValue || fileLength < headerLength)
            throw Refuse(IndexFileProblem.Damaged, "has a header that contradicts itself");
        if (actualLength < fileLength)
            throw Refuse(IndexFileProblem.Truncated, $"is cut off: {actualLength} of {fileLength} bytes are there");
        if (actualLength > fileLength)
            throw Refuse(IndexFileProblem.Damaged, $"is {actualLength} bytes long and its header says {fileLength}");
        var sections = new SectionEntry[sectionCount];
        long end = headerLength;
        for (var i = 0; i < sections.Length; i++)
        {
            var entry = bytes.AsSpan(IndexFileLayout.FixedHeader + (i * IndexFileLayout.SectionEntry), IndexFileLayout.SectionEntry);
            var offset = BinaryPrimitives.ReadInt64LittleEndian(entry[16..]);
            var length = BinaryPrimitives.ReadInt64LittleEndian(entry[24..]);
            if (offset != IndexFileLayout.Align(end) || length < 0 || offset > fileLength || length > fileLength - offset)
                throw Refuse(IndexFileProblem.Damaged, "has a section table that contradicts itself");
            sections[i] = new SectionEntry(Name(entry), offset, length, BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]));
            end = offset + length;
        }
        if (end != fileLength)
            throw Refuse(IndexFileProblem.Damaged, "has a section table that contradicts itself");
        return new ParsedHeader(
            new IndexFileHeader(
                Name(bytes.AsSpan(16)),
                (Metric)metric == Metric.Hamming ? null : (Metric)metric,
                dimension,
                count,
                BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(48))),
            headerLength,
            fileLength,
            sections);

        IndexFileException Refuse(IndexFileProblem problem, string what) => new(problem, path, what);

        static string Name(ReadOnlySpan<byte> field) =>
            Encoding.Latin1.GetString(field[..IndexFileLayout.NameLength]).TrimEnd('\0');
    }

    /// <summary>Bytes of a section; null when the file has none of that name.</summary>
    public long? SectionLength(string name) => _sections.FirstOrDefault(section => section.Name == name)?.Length;

    /// <summary>The start of a section that must be exactly <paramref name="length"/> bytes long; all of it is sound.</summary>
    public void* Section(string name, UInt128 length)
    {
        var start = UncheckedSection(name, length);
        Check(start, (long)length);
        return start;
    }

    /// <summary>As <see cref="Section"/>, of which nothing may be read before it has gone through <see cref="Check"/>.</summary>
    public void* UncheckedSection(string name, UInt128 length)
    {
        foreach (var section in _sections)
        {
            if (section.Name != name)
                continue;
            if ((UInt128)section.Length != length)
                throw Damaged($"has a section '{name}' of {section.Length} bytes where {Header.Count} rows of dimension {Header.Dimension} need {length}");
            return _start + section.Offset;
        }
        throw Damaged($"lacks its section '{name}'");
    }

    /// <summary>Makes sure that the bytes are those that were written. Safe for several threads.</summary>
    /// <param name="start">In a section.</param>
    /// <exception cref="IndexFileException">A block is damaged: the message names its place.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Check(void* start, long length)
    {
        if (_checked is not { } marks || length <= 0)
            return;
        var offset = (byte*)start - _start;
        var last = (offset + length - 1) >> _blockShift;
        for (var block = offset >> _blockShift; block <= last; block++)
        {
            if (marks[block] == 0)
                CheckBlock(marks, block);
        }
    }

    public IndexFileException Damaged(string what) => new(IndexFileProblem.Damaged, Path, what);

    public void Acquire()
    {
        var held = false;
        _handle.DangerousAddRef(ref held);
    }

    public void Release() => _handle.DangerousRelease();

    /// <summary>Compares every byte of the payload with its checksum; the gaps must be zero.</summary>
    public void Verify(List<string> problems)
    {
        Acquire();
        try
        {
            if (!HeaderIsSound())
                problems.Add($"The index file '{Path}' is damaged in its header; it will be rebuilt from the gallery.");
            long end = _headerLength;
            foreach (var section in _sections)
            {
                if (Bytes(end, section.Offset - end).ContainsAnyExcept((byte)0))
                    problems.Add($"The index file '{Path}' is damaged before section '{section.Name}'; it will be rebuilt from the gallery.");
                if (!IsSound(section))
                    problems.Add($"The index file '{Path}' is damaged in section '{section.Name}'; it will be rebuilt from the gallery.");
                end = section.Offset + section.Length;
            }
        }
        finally
        {
            Release();
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    private void CheckAtOpen(long wholeBelow)
    {
        if (Length < wholeBelow)
        {
            foreach (var section in _sections)
            {
                if (!IsSound(section))
                    throw Damaged($"is damaged in section '{section.Name}', which begins at byte {section.Offset}");
            }
            return;
        }
        if (_sections is not [.., { Name: BlockSums.Section } sums])
            return;
        if (!IsSound(sums) || sums.Length < BlockSums.Length(0))
            throw Damaged($"is damaged in its checksums, which begin at byte {sums.Offset}");
        var numbers = (ulong*)(_start + sums.Offset);
        if (numbers[0] is < BlockSums.LeastShift or > BlockSums.GreatestShift)
            throw Damaged("has checksums of blocks of no known size");
        _blockShift = (int)numbers[0];
        _blocksEnd = sums.Offset;
        _toCheck = (_blocksEnd + (1L << _blockShift) - 1) >> _blockShift;
        if (_toCheck > int.MaxValue / sizeof(ulong) - 1 || sums.Length != BlockSums.Length((int)_toCheck))
            throw Damaged($"has {(sums.Length / sizeof(ulong)) - 1} checksums of blocks where {_toCheck} are needed");
        _sums = numbers + 1;
        _checked = new byte[_toCheck];
    }

    private void CheckBlock(byte[] marks, long block)
    {
        var start = Math.Max(block << _blockShift, _headerLength);
        if (BlockSums.Of(Bytes(start, Math.Min((block + 1) << _blockShift, _blocksEnd) - start)) != _sums[block])
            throw Damaged($"is damaged somewhere in the {1 << _blockShift} bytes from byte {block << _blockShift} on");
        // Two threads may check one block: it counts once.
        if (Interlocked.Exchange(ref marks[block], (byte)1) == 0 && Interlocked.Decrement(ref _toCheck) == 0)
            Volatile.Write(ref _checked, null);
    }

    private bool HeaderIsSound() => XxHash64.HashToUInt64(Bytes(0, _headerLength - IndexFileLayout.Checksum))
        == BinaryPrimitives.ReadUInt64LittleEndian(Bytes(_headerLength - IndexFileLayout.Checksum, IndexFileLayout.Checksum));

    private bool IsSound(SectionEntry section)
    {
        const int Piece = 1 << 20;
        var hash = new XxHash64();
        for (long done = 0; done < section.Length; done += Piece)
            hash.Append(Bytes(section.Offset + done, Math.Min(Piece, section.Length - done)));
        return hash.GetCurrentHashAsUInt64() == section.Hash;
    }

    private ReadOnlySpan<byte> Bytes(long offset, long length) => new(_start + offset, checked((int)length));
}
