using Semblance.Index.Codecs;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Index.Structures;

namespace Semblance.Index.Engine;

/// <summary>The engine for a storage and a metric, which the compiler specialises for each pair.</summary>
internal static class VectorEngines
{
    public static IVectorEngine Create(VectorStorage storage, int dimension, Metric metric, IStructureKind? kind, MappedIndexFile? file = null) => storage switch
    {
        VectorStorage.Float32 => OfFloats(new FloatRowFormat(dimension), metric, kind, file),
        VectorStorage.Float16 => OfHalves(new HalfRowFormat(dimension), metric, kind, file),
        VectorStorage.BFloat16 => OfBFloat16s(new BFloat16RowFormat(dimension), metric, kind, file),
        VectorStorage.Byte => OfBytes(new ByteRowFormat(dimension, metric), metric, kind, file),
        _ => throw new ArgumentOutOfRangeException(nameof(storage), storage, "Unknown storage."),
    };

    private static IVectorEngine OfFloats(FloatRowFormat format, Metric metric, IStructureKind? kind, MappedIndexFile? file) => metric switch
    {
        Metric.Cosine => Make<float, CosineRows>(format, metric, kind, file),
        Metric.L2 => Make<float, L2Rows>(format, metric, kind, file),
        Metric.InnerProduct => Make<float, InnerProductRows>(format, metric, kind, file),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static IVectorEngine OfHalves(HalfRowFormat format, Metric metric, IStructureKind? kind, MappedIndexFile? file) => metric switch
    {
        Metric.Cosine => Make<Half, HalfCosineRows>(format, metric, kind, file),
        Metric.L2 => Make<Half, HalfL2Rows>(format, metric, kind, file),
        Metric.InnerProduct => Make<Half, HalfInnerProductRows>(format, metric, kind, file),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static IVectorEngine OfBFloat16s(BFloat16RowFormat format, Metric metric, IStructureKind? kind, MappedIndexFile? file) => metric switch
    {
        Metric.Cosine => Make<ushort, BFloat16CosineRows>(format, metric, kind, file),
        Metric.L2 => Make<ushort, BFloat16L2Rows>(format, metric, kind, file),
        Metric.InnerProduct => Make<ushort, BFloat16InnerProductRows>(format, metric, kind, file),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static IVectorEngine OfBytes(ByteRowFormat format, Metric metric, IStructureKind? kind, MappedIndexFile? file) => metric switch
    {
        Metric.Cosine => Make<byte, ByteCosineRows>(format, metric, kind, file),
        Metric.L2 => Make<byte, ByteL2Rows>(format, metric, kind, file),
        Metric.InnerProduct => Make<byte, ByteInnerProductRows>(format, metric, kind, file),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static VectorEngine<T, TMetric> Make<T, TMetric>(RowFormat<T> format, Metric metric, IStructureKind? kind, MappedIndexFile? file)
        where T : unmanaged
        where TMetric : struct, IRowMetric<T> =>
        file is null ? new VectorEngine<T, TMetric>(format, metric, kind) : new VectorEngine<T, TMetric>(format, metric, kind, file);
}
