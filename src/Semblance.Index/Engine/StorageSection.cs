using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Engine;

/// <summary>What the rows of a file are, in 4 bytes; a file without the section holds float32.</summary>
internal static class StorageSection
{
    private const string Name = "storage";

    public static IEnumerable<IndexFileSection> Write(VectorStorage storage)
    {
        if (storage == VectorStorage.Float32)
            return [];
        var bytes = new byte[sizeof(int)];
        MemoryMarshal.Write(bytes, (int)storage);
        return [new IndexFileSection(Name, bytes.Length, sink => sink.Write(bytes))];
    }

    public static unsafe VectorStorage Read(MappedIndexFile file)
    {
        if (file.SectionLength(Name) is null)
            return VectorStorage.Float32;
        var storage = *(VectorStorage*)file.Section(Name, sizeof(int));
        return Enum.IsDefined(storage) ? storage : throw file.Damaged($"is damaged: it names the unknown storage {(int)storage}");
    }
}
