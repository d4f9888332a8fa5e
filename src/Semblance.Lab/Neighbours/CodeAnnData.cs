using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Lab.Neighbours;

/// <param name="rows">[n, bits / 64].</param>
/// <param name="queries">[q, bits / 64].</param>
internal sealed class CodeAnnData(ulong[] rows, ulong[] queries, int bits) : AnnData
{
    private readonly int _words = bits / 64;

    public override int Rows => rows.Length / _words;

    public override int Queries => queries.Length / _words;

    public override string Shape => $"{bits} bits";

    public override IReadOnlyList<string> Kinds => KindsOfCodes;

    internal override float Distance(int query, long id) => VectorMath.Hamming(queries.AsSpan(query * _words, _words), rows.AsSpan((int)id * _words, _words));

    internal override AnnSubject Create(string kind, int threads, int seed)
    {
        var chosen = KindList.OfCodes.First(known => known.Name == kind);
        // Codes have no metric to choose; the recipe's is not looked at.
        return new Subject(chosen.Create(new AnnRecipe(bits, default, Rows, threads, seed)), chosen.Efforts, rows, queries);
    }

    internal override AnnSubject CreateExact() => new Subject(CodeIndexes.Create(ExactCodeIndex.KindName, bits, new IndexBuildOptions()), [], rows, queries);

    private sealed class Subject(ICodeIndex index, IReadOnlyList<int> efforts, ulong[] rows, ulong[] queries) : AnnSubject
    {
        private readonly int _words = index.Bits / 64;

        public override IReadOnlyList<int> Efforts => efforts;

        public override double BytesPerVector => index.Statistics.BytesTotal * (double)_words / rows.Length;

        public override void Build(CancellationToken cancellationToken) => index.Build(Ids(rows.Length / _words), rows, cancellationToken);

        public override IReadOnlyList<Hit> Search(int query, int k, SearchOptions options) => index.Search(queries.AsSpan(query * _words, _words), k, options);

        public override IReadOnlyList<Hit>[] SearchAll(int k, SearchOptions options, CancellationToken cancellationToken) => index.SearchBatch(queries, k, options, cancellationToken);

        public override void Dispose() => index.Dispose();
    }
}
