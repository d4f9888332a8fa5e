using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Semblance.Index;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>A space of bit codes, compared by the number of differing bits. A score is the share of bits that agree.</summary>
internal sealed class CodeSpaceSearch(IGalleryStore store, Space space, string galleryFolder, int seed) : SpaceSearch<CodeIndex>(store, space, galleryFolder, seed)
{
    private readonly int _bits = space.Dimension;

    private protected override IReadOnlyList<string> Kinds => CodeIndexes.Kinds;

    private protected override string KindFor(string setting, long rows, string? current) => CodeIndexes.Kinds.Contains(setting) ? setting : CodeIndexes.Choose(rows);

    private protected override CodeIndex Create(string kind, int dimension, IndexBuildOptions options) => CodeIndexes.Create(kind, 64 * VectorForm.Words(dimension), options);

    private protected override CodeIndex OpenFile(string path, IndexBuildOptions options) => CodeIndexes.Open(path, options);

    private protected override bool Fits(CodeIndex index, int dimension) => index.Bits == 64 * VectorForm.Words(dimension);

    private protected override void Add(CodeIndex index, ReadOnlySpan<long> ids, Matrix searched) => index.Add(ids, Packed(searched));

    private protected override void Clear(CodeIndex index) => index.Build([], []);

    private protected override IRowCollection<CodeIndex> Collect(long expected, int dimension) => new Rows();

    private protected override IReadOnlyList<Hit> Search(CodeIndex index, float[] probe, int k, SearchOptions options) => index.Search(Packed(probe), k, options);

    private protected override IReadOnlyList<Hit>[] Neighbours(CodeIndex index, ReadOnlySpan<long> rows, int k, SearchOptions options, CancellationToken cancellationToken) =>
        index.NeighboursOf(rows, k, options, cancellationToken);

    private protected override bool TryGetRow(CodeIndex index, long row, Span<float> searched)
    {
        var code = new ulong[VectorForm.Words(_bits)];
        if (!index.TryGetCode(row, code))
            return false;
        for (var bit = 0; bit < searched.Length; bit++)
            searched[bit] = (code[bit / 64] >> (bit % 64) & 1) != 0 ? 1 : -1;
        return true;
    }

    private protected override bool Finish(Span<float> sum, IReadOnlyList<SpaceInput> inputs) => TensorPrimitives.MaxMagnitude<float>(sum) != 0;

    private protected override float Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var differing = 0;
        for (var bit = 0; bit < one.Length; bit++)
            differing += one[bit] > 0 == other[bit] > 0 ? 0 : 1;
        return differing;
    }

    /// <summary>Signs of length 1: then the cosine of two codes of b bits is 1 − 2h / b for h that differ.</summary>
    private protected override void Present(Matrix searched)
    {
        var length = 1 / MathF.Sqrt(_bits);
        for (var row = 0; row < searched.Rows; row++)
        {
            foreach (ref var sign in searched.Row(row))
                sign = sign > 0 ? length : -length;
        }
    }

    public override float ScoreOf(float distance) => 1 - (distance / _bits);

    public override float DistanceOf(float score) => (1 - score) * _bits;

    private static ulong[] Packed(ReadOnlySpan<float> signs)
    {
        var code = new ulong[VectorForm.Words(signs.Length)];
        VectorForm.Pack(signs, code);
        return code;
    }

    private static ulong[] Packed(Matrix signs)
    {
        var words = VectorForm.Words(signs.Columns);
        var codes = new ulong[checked(signs.Rows * words)];
        for (var row = 0; row < signs.Rows; row++)
            VectorForm.Pack(signs.Row(row), codes.AsSpan(row * words, words));
        return codes;
    }

    private sealed class Rows : IRowCollection<CodeIndex>
    {
        private readonly List<long> _ids = [];
        private readonly List<ulong> _codes = [];

        public void Add(ReadOnlySpan<long> ids, Matrix searched)
        {
            _ids.AddRange(ids);
            _codes.AddRange(Packed(searched));
        }

        public void BuildInto(CodeIndex index, CancellationToken cancellationToken) => index.Build(CollectionsMarshal.AsSpan(_ids), CollectionsMarshal.AsSpan(_codes), cancellationToken);
    }
}
