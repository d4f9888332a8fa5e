using Semblance.Index.Files;
using Semblance.Index.Rows;

namespace Semblance.Index.Structures;

/// <summary>Makes the structures of one kind, over whatever rows the index stores.</summary>
internal interface IStructureKind
{
    /// <summary>A structure over no rows.</summary>
    IRowStructure<T> Create<T>(RowFormat<T> format, Metric metric)
        where T : unmanaged;

    /// <summary>The structure in an opened file, which the caller keeps mapped as long as the rows.</summary>
    /// <exception cref="IndexFileException">Its sections contradict one another.</exception>
    IRowStructure<T> Open<T>(RowFormat<T> format, Metric metric, MappedIndexFile file, RowSnapshot<T> rows)
        where T : unmanaged;
}
