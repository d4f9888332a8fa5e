using System.Formats.Tar;
using System.IO.Compression;
using Semblance.Imaging;

namespace Semblance.Learning.DataSets;

/// <summary>
/// Pictures of a tar archive, plain or gzip-compressed, as they are in the archive: compressed pictures stay so. Nothing is written to
/// disk. An entry whose name leads out of the archive is left out, since its class would be a path elsewhere.
/// </summary>
internal static class TarPictures
{
    /// <summary>Everything in a tar archive lies in blocks of this size, and at least one block of zeros ends it.</summary>
    private const int BlockBytes = 512;

    public static LabelledPictures Read(string path, string? root, long maxBytes)
    {
        var found = new FoundPictures();
        var prefix = root is null ? "" : root.Trim('/') + "/";
        try
        {
            using var file = File.OpenRead(path);
            using var unpacked = new EndWatchingStream(Unpack(file));
            using var reader = new TarReader(unpacked);
            var bytes = 0L;
            while (reader.GetNextEntry() is { } entry)
            {
                if (Accept(entry, prefix, found) is not { } name)
                    continue;
                bytes += entry.Length;
                if (bytes > maxBytes)
                    throw new DataSetException($"The pictures of '{path}' take more than the {maxBytes >> 20} MB that are allowed in memory; unpack the archive and name the folder, or allow more.");
                var content = GC.AllocateUninitializedArray<byte>((int)entry.Length);
                entry.DataStream?.ReadExactly(content);
                found.Add(name, PictureSource.FromBytes(name, content));
            }
            unpacked.CopyTo(Stream.Null);
            // Neither the reader of tar nor that of gzip minds data that ends between two entries.
            if (unpacked.TrailingZeros < BlockBytes)
                throw new EndOfStreamException("The mark of its end is missing.");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataSetException($"There is no archive '{path}'.", failure);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException)
        {
            throw new DataSetException($"The archive '{path}' is damaged or breaks off after {found.Count} pictures; download or copy it again. ({failure.Message})", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataSetException($"The archive '{path}' cannot be read: {failure.Message}", failure);
        }
        return found.ToSet($"The archive '{path}'{(root is null ? "" : $" below '{root}'")}", stripCommon: root is null);
    }

    private static Stream Unpack(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        return isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>The picture's path below the root, or null for what is no picture of the set.</summary>
    private static string? Accept(TarEntry entry, string prefix, FoundPictures found)
    {
        var isLink = entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink;
        if (!isLink && entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
            return null;
        if (!PictureFiles.LooksLikePicture(entry.Name))
            return null;
        var folders = entry.Name.Split('/');
        if (folders[0].Length == 0 || folders.Contains("..", StringComparer.Ordinal) || entry.Name.AsSpan().ContainsAny('\\', ':', '\0'))
        {
            found.Skip(entry.Name, "The name leads out of the archive; the entry was not read. Make the archive anew with plain relative names.");
            return null;
        }
        var name = string.Join('/', folders.Where(folder => folder is not ("" or ".")));
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || folders[^1].StartsWith('.'))
            return null;
        if (isLink)
        {
            found.Skip(name, "This is a link; archives of pictures hold the pictures themselves. Make the archive anew with links followed.");
            return null;
        }
        if (entry.Length > PictureFiles.MaxFileBytes)
        {
            found.Skip(name, $"The entry has {entry.Length >> 20} MB and no more than {PictureFiles.MaxFileBytes >> 20} MB are read. Store the picture compressed.");
            return null;
        }
        return name[prefix.Length..];
    }
}
