using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Search by codes first and floats second: a short code of each vector, searched by Hamming distance, proposes a shortlist, and the
/// vectors of the shortlist decide. The codes must be quick to reach, the vectors need not be: they may lie in a mapped file or a
/// data base, and only the shortlist's are read.
/// </summary>
/// <remarks>
/// Recall rises with the shortlist; measure it with <see cref="BinaryCodec.Measure"/>. Both stages are the caller's to fill, under the
/// same ids. An id that has a code and no vector is left out. As safe for several threads as its two stages.
/// </remarks>
public sealed class TwoStageSearch
{
    private readonly BinaryCodec _codec;
    private readonly ICodeIndex _codes;
    private readonly VectorLookup _vectors;
    private readonly Metric _metric;

    /// <param name="codec">Makes the query's code; it must be the one that made the codes.</param>
    /// <param name="codes">First stage.</param>
    /// <param name="vectors">Second stage: any index that gives vectors back; one that keeps codes re-ranks by what they know.</param>
    public TwoStageSearch(BinaryCodec codec, ICodeIndex codes, IVectorIndex vectors)
        : this(codec, codes, vectors.TryGetVector, vectors.Metric)
    {
        if (vectors.Dimension != codec.Dimension)
            throw new ArgumentException($"The codec takes vectors of dimension {codec.Dimension} and the index has dimension {vectors.Dimension}.", nameof(vectors));
    }

    /// <summary>As the other, over vectors from anywhere; they need not be normalised.</summary>
    public TwoStageSearch(BinaryCodec codec, ICodeIndex codes, VectorLookup vectors, Metric metric)
    {
        if (codes.Bits != codec.Bits)
            throw new ArgumentException($"The codec makes codes of {codec.Bits} bits and the index has {codes.Bits}.", nameof(codes));
        IndexArguments.CheckVectorMetric(metric);
        _codec = codec;
        _codes = codes;
        _vectors = vectors;
        _metric = metric;
    }

    /// <summary>Length of the shortlist as a multiple of k, where a search names none.</summary>
    public int ShortlistFactor
    {
        get;
        set => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The shortlist must be at least as long as the answer: 1 or more.");
    } = 10;

    /// <summary>The <paramref name="k"/> nearest among the shortlist, nearest first, equal distances by smaller id.</summary>
    /// <param name="shortlist">Codes whose vectors are measured; at least k. Null takes <see cref="ShortlistFactor"/> · k.</param>
    /// <param name="options">Filters hold for the shortlist; the largest distance for the floats.</param>
    public IReadOnlyList<Hit> Search(ReadOnlySpan<float> query, int k, int? shortlist = null, SearchOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var length = shortlist ?? (int)Math.Min(int.MaxValue, (long)k * ShortlistFactor);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, k, nameof(shortlist));
        var code = new ulong[_codec.Bits / 64];
        _codec.Encode(query, code);
        return Ranked(query, _codes.Search(code, length, options is null ? null : options with { MaxDistance = null }), k, options?.MaxDistance);
    }

    /// <summary>The answers of many queries, [q, d], in their order. <see cref="SearchOptions.Threads"/> share them.</summary>
    public IReadOnlyList<Hit>[] SearchBatch(Matrix queries, int k, int? shortlist = null, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        var answers = new IReadOnlyList<Hit>[queries.Rows];
        var single = (options ?? SearchOptions.Default) with { Threads = 1, Trace = null };
        var threads = options?.Threads ?? 1;
        for (var q = 0; threads == 1 && q < answers.Length; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answers[q] = Search(queries.Row(q), k, shortlist, single);
        }
        if (threads > 1)
        {
            Parallel.For(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, q =>
                answers[q] = Search(queries.Row(q), k, shortlist, single));
        }
        return answers;
    }

    private Hit[] Ranked(ReadOnlySpan<float> query, IReadOnlyList<Hit> shortlist, int k, float? maxDistance)
    {
        var asked = query.ToArray();
        if (_metric == Metric.Cosine)
            VectorMath.NormalizeL2(asked);
        var vector = new float[_codec.Dimension];
        var nearest = new TopK(Math.Min(k, shortlist.Count));
        foreach (var candidate in shortlist)
        {
            if (!_vectors(candidate.Id, vector))
                continue;
            var distance = Distance(asked, vector);
            if (maxDistance is null || distance <= maxDistance)
                nearest.Add(candidate.Id, distance);
        }
        return Array.ConvertAll(nearest.ToSorted(), static candidate => new Hit(candidate.Id, candidate.Distance));
    }

    private float Distance(ReadOnlySpan<float> query, Span<float> vector)
    {
        switch (_metric)
        {
            case Metric.L2:
                return MathF.Sqrt(VectorMath.SquaredL2(query, vector));
            case Metric.InnerProduct:
                return -VectorMath.Dot(query, vector);
            default:
                VectorMath.NormalizeL2(vector);
                return Math.Clamp(1 - VectorMath.Dot(query, vector), 0, 2);
        }
    }
}
