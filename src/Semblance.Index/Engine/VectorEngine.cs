using System.Buffers;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Engine;

/// <summary>The way in and out for float vectors.</summary>
internal sealed class VectorEngine<T, TMetric> : RowEngine<T, TMetric>, IVectorEngine
    where T : unmanaged
    where TMetric : struct, IRowMetric<T>
{
    private readonly VectorRows<T> _form;
    private readonly Metric _metric;

    public VectorEngine(RowFormat<T> format, Metric metric, IStructureKind? kind)
        : this(new VectorRows<T>(format, metric), metric, kind)
    {
    }

    public VectorEngine(RowFormat<T> format, Metric metric, IStructureKind? kind, MappedIndexFile file)
        : this(new VectorRows<T>(format, metric), metric, kind, file)
    {
    }

    private VectorEngine(VectorRows<T> form, Metric metric, IStructureKind? kind)
        : base(form, kind?.Create(form.Format, metric)) => (_form, _metric) = (form, metric);

    private VectorEngine(VectorRows<T> form, Metric metric, IStructureKind? kind, MappedIndexFile file)
        : base(form, file, kind?.Create(form.Format, metric), kind is null ? null : rows => kind.Open(form.Format, metric, file, rows)) => (_form, _metric) = (form, metric);

    public int Dimension => _form.Dimension;

    public VectorStorage Storage => _form.Format.Storage;

    public void Build(ReadOnlySpan<long> ids, Matrix vectors, int threads, CancellationToken cancellationToken) =>
        Build(ids, new EncodedVectors<T>(_form.Format, _metric, vectors), threads, cancellationToken);

    public void Add(long id, ReadOnlySpan<float> vector) => Append([id], new EncodedVectors<T>(_form.Format, _metric, vector));

    public void Add(ReadOnlySpan<long> ids, Matrix vectors) => Append(ids, new EncodedVectors<T>(_form.Format, _metric, vectors));

    public Hit[] Search(ReadOnlySpan<float> query, int k, int effort, SearchOptions options) => Search(_form.QueryFor(query), k, effort, options);

    public Hit[][] SearchBatch(Matrix queries, int k, int effort, SearchOptions options, CancellationToken cancellationToken) =>
        SearchBatch(queries.Rows, q => _form.QueryFor(queries.Row(q)), k, effort, options, cancellationToken);

    public Hit[] SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions options) => SearchRange(_form.QueryFor(query), radius, options);

    public bool TryGetVector(long id, Span<float> vector)
    {
        // Callers ask for a hundred thousand in a row.
        var rented = ArrayPool<T>.Shared.Rent(_form.Width);
        try
        {
            var row = rented.AsSpan(0, _form.Width);
            if (!TryCopy(id, row))
                return false;
            _form.Format.Decode(row, vector);
            return true;
        }
        finally
        {
            ArrayPool<T>.Shared.Return(rented);
        }
    }
}
