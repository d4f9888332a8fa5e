using System.Runtime.InteropServices;
using Semblance.Index.Codecs;
using Semblance.Index.Files;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// What was learnt, as sections: <c>ivf</c> holds lists, pieces, centroids a piece, whether there is a rotation (4 bytes each), and the
/// rows it was learnt from (8 bytes). A file without it holds an index that has not learnt yet.
/// </summary>
internal static class IvfModelSections
{
    private const string Head = "ivf";
    private const string Centroids = "ivf-centroids";
    private const string Codebooks = "ivf-codebooks";
    private const string Rotation = "ivf-rotation";
    private const int HeadBytes = 24;

    public static IEnumerable<IndexFileSection> Write(IvfModel model)
    {
        var head = new byte[HeadBytes];
        MemoryMarshal.Write(head, model.Coarse.Lists);
        MemoryMarshal.Write(head.AsSpan(4), model.Quantizer?.Pieces ?? 0);
        MemoryMarshal.Write(head.AsSpan(8), model.Quantizer?.Centroids ?? 0);
        MemoryMarshal.Write(head.AsSpan(12), model.Rotation is null ? 0 : 1);
        MemoryMarshal.Write(head.AsSpan(16), model.TrainedRows);
        yield return new IndexFileSection(Head, HeadBytes, sink => sink.Write(head));
        yield return Floats(Centroids, model.Coarse.Centroids);
        if (model.Quantizer is not null)
            yield return Floats(Codebooks, new Matrix(model.Quantizer.Values.ToArray(), 1, model.Quantizer.Values.Length));
        if (model.Rotation is not null)
            yield return Floats(Rotation, model.Rotation);
    }

    public static IvfModel? Read(MappedIndexFile file, IvfCodes codes)
    {
        if (file.SectionLength(Head) is null)
            return null;
        var dimension = file.Header.Dimension;
        var head = Bytes(file, Head, HeadBytes);
        var lists = MemoryMarshal.Read<int>(head);
        var pieces = MemoryMarshal.Read<int>(head[4..]);
        var centroids = MemoryMarshal.Read<int>(head[8..]);
        var usable = codes switch
        {
            IvfCodes.None => pieces == 0 && centroids == 0,
            IvfCodes.Pq8 => pieces >= 1 && pieces <= dimension && centroids == 256,
            _ => pieces >= 1 && pieces <= dimension + FastScan.Group && pieces % FastScan.Group == 0 && centroids == 16,
        };
        if (lists < 1 || lists > file.Header.Count || !usable)
            throw file.Damaged($"is damaged: it names {lists} lists of codes of {pieces} pieces");
        var quantizer = codes == IvfCodes.None
            ? null
            : new ProductQuantizer(dimension, pieces, centroids, ReadCodebooks(file, (long)pieces * ProductQuantizer.PieceLength(dimension, pieces) * centroids));
        var rotation = MemoryMarshal.Read<int>(head[12..]) == 0 ? null : ReadMatrix(file, Rotation, dimension, dimension);
        return new IvfModel(codes, ReadMatrix(file, Centroids, lists, dimension), quantizer, rotation, MemoryMarshal.Read<long>(head[16..]));
    }

    // Row by row: all of them may be more bytes than a span can hold.
    private static IndexFileSection Floats(string name, Matrix values) => new(name, (long)values.Length * sizeof(float), sink =>
    {
        for (var row = 0; row < values.Rows; row++)
            sink.Write(MemoryMarshal.AsBytes(values.Row(row)));
    });

    private static unsafe ReadOnlySpan<byte> Bytes(MappedIndexFile file, string name, int length) => new(file.Section(name, (UInt128)length), length);

    private static unsafe float[] ReadCodebooks(MappedIndexFile file, long count)
    {
        if (count > Array.MaxLength)
            throw file.Damaged($"is damaged: its section '{Codebooks}' would hold {count} numbers");
        return new ReadOnlySpan<float>(file.Section(Codebooks, (UInt128)count * sizeof(float)), (int)count).ToArray();
    }

    private static unsafe Matrix ReadMatrix(MappedIndexFile file, string name, int rows, int columns)
    {
        var values = (float*)file.Section(name, (UInt128)rows * (UInt128)columns * sizeof(float));
        var matrix = new Matrix(rows, columns);
        for (var row = 0; row < rows; row++)
            new ReadOnlySpan<float>(values + ((nint)row * columns), columns).CopyTo(matrix.Row(row));
        return matrix;
    }
}
