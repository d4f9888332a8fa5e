using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Lab.Neighbours;

internal sealed class VectorAnnData(Matrix rows, Matrix queries, Metric metric, VectorElement element) : AnnData
{
    public override int Rows => rows.Rows;

    public override int Queries => queries.Rows;

    public override string Shape => $"{rows.Columns} x {element}";

    public override IReadOnlyList<string> Kinds => KindsOfVectors;

    internal override float Distance(int query, long id)
    {
        var q = queries.Row(query);
        var row = rows.Row((int)id);
        return metric switch
        {
            Metric.L2 => VectorMath.SquaredL2(q, row),
            Metric.InnerProduct => -VectorMath.Dot(q, row),
            _ => VectorMath.Dot(row, row) is var square && square > 0 ? -VectorMath.Dot(q, row) / MathF.Sqrt(square) : 0,
        };
    }

    internal override AnnSubject Create(string kind, int threads, int seed)
    {
        var chosen = KindList.OfVectors.First(known => known.Name == kind);
        return new Subject(chosen.Create(new AnnRecipe(rows.Columns, metric, rows.Rows, threads, seed)), chosen.Efforts, rows, queries);
    }

    internal override AnnSubject CreateExact() => new Subject(VectorIndexes.Create(ExactVectorIndex.KindName, rows.Columns, metric, new IndexBuildOptions { Storage = VectorStorage.Float32 }), [], rows, queries);

    private sealed class Subject(IVectorIndex index, IReadOnlyList<int> efforts, Matrix rows, Matrix queries) : AnnSubject
    {
        public override IReadOnlyList<int> Efforts => efforts;

        public override double BytesPerVector => index.Statistics.BytesTotal / (double)rows.Rows;

        public override void Build(CancellationToken cancellationToken) => index.Build(Ids(rows.Rows), rows, cancellationToken);

        public override IReadOnlyList<Hit> Search(int query, int k, SearchOptions options) => index.Search(queries.Row(query), k, options);

        public override IReadOnlyList<Hit>[] SearchAll(int k, SearchOptions options, CancellationToken cancellationToken) => index.SearchBatch(queries, k, options, cancellationToken);

        public override void Dispose() => index.Dispose();
    }
}
