using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.InvertedFile;

/// <summary>What the lists hold beside positions.</summary>
internal enum IvfCodes
{
    None,

    /// <summary>Product codes of 8 bits a piece, of the vector's difference from its list's centroid.</summary>
    Pq8,

    /// <summary>Product codes of 4 bits a piece, of the vector itself, packed for <see cref="Numerics.FastScan"/>.</summary>
    Pq4,
}

/// <summary>Inverted files with one sort of codes.</summary>
internal sealed class IvfKind(IvfCodes codes, IvfOptions options) : IStructureKind
{
    public IRowStructure<T> Create<T>(RowFormat<T> format, Metric metric)
        where T : unmanaged => new IvfStructure<T>(format, metric, codes, options, null, null);

    public IRowStructure<T> Open<T>(RowFormat<T> format, Metric metric, MappedIndexFile file, RowSnapshot<T> rows)
        where T : unmanaged
    {
        var model = IvfModelSections.Read(file, codes);
        if (model is null)
            return Create(format, metric);
        return new IvfStructure<T>(format, metric, codes, options, model, InvertedLists.Open(model.ListCodes, model.Coarse.Lists, file, rows.Positions));
    }
}
