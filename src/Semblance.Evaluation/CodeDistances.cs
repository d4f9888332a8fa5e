using Semblance.Numerics;

namespace Semblance.Evaluation;

/// <summary>Hamming distances between bit codes. Most of a gallery ties at few bits, so only the tie-aware metrics of this project are meaningful here.</summary>
public sealed class CodeDistances : IDistanceSource
{
    private readonly ReadOnlyMemory<ulong> _queries;
    private readonly ReadOnlyMemory<ulong> _gallery;
    private readonly int _words;

    /// <summary>Codes packed row after row, <c>⌈bits / 64⌉</c> words each; unused bits must be equal in all codes.</summary>
    public CodeDistances(ReadOnlyMemory<ulong> queries, ReadOnlyMemory<ulong> gallery, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        _words = (bits + 63) / 64;
        if (queries.Length % _words != 0 || gallery.Length % _words != 0)
            throw new ArgumentException($"Codes of {bits} bits take {_words} words each; {queries.Length} and {gallery.Length} words are not whole codes.", nameof(bits));
        _queries = queries;
        _gallery = gallery;
        Range = new DistanceRange(0, bits, Integral: true);
    }

    public int Queries => _queries.Length / _words;

    public int Gallery => _gallery.Length / _words;

    public DistanceRange Range { get; }

    public void Fill(int firstQuery, Span<float> block)
    {
        var gallery = _gallery.Span;
        for (var q = 0; q < block.Length / Gallery; q++)
        {
            var query = _queries.Span.Slice((firstQuery + q) * _words, _words);
            var row = block.Slice(q * Gallery, Gallery);
            for (var i = 0; i < row.Length; i++)
                row[i] = VectorMath.Hamming(query, gallery.Slice(i * _words, _words));
        }
    }
}
