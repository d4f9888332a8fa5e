using System.Numerics;
using Semblance.Searching;

namespace Semblance.Duplicates;

/// <summary>
/// Pictures whose pHash and dHash both lie within a Hamming radius, and whose pixels agree where the hashes hold little. Candidates come from multi-index hashing
/// (Norouzi, Punjani, Fleet 2012): of four 16-bit bands of two pHashes within t bits, one band differs in at most t/4 bits, so
/// looking up each band's neighbours within that radius misses nothing.
/// </summary>
/// <remarks>Construction O(n); a query looks at about n·4·C/65536 candidates on spread codes, C = patterns of up to t/4 of 16 bits.</remarks>
internal sealed class HashNeighbours : INeighbours
{
    private const int Bands = 4;
    private const int BandValues = 1 << 16;

    // Above this radius in a band the patterns are so many that reading all codes is quicker.
    private const int MaxBandRadius = 3;

    private readonly ulong[] _pHash;
    private readonly ulong[] _dHash;
    private readonly int _radius;
    private readonly Func<int, int, bool> _confirms;
    private readonly int[] _patterns;
    private readonly int[][] _starts = new int[Bands][];
    private readonly int[][] _positions = new int[Bands][];

    /// <param name="confirms">Asked of two positions whose hashes are near and hold too little to mean it.</param>
    public HashNeighbours(IReadOnlyList<GalleryItem> items, int radius, Func<int, int, bool> confirms)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(radius, 64);
        _radius = radius;
        _confirms = confirms;
        _pHash = [.. items.Select(item => item.PHash)];
        _dHash = [.. items.Select(item => item.DHash)];
        var bandRadius = radius / Bands;
        if (bandRadius > MaxBandRadius)
        {
            _patterns = [];
            return;
        }
        _patterns = [.. Enumerable.Range(0, BandValues).Where(value => BitOperations.PopCount((uint)value) <= bandRadius)];
        for (var band = 0; band < Bands; band++)
            (_starts[band], _positions[band]) = Buckets(band);
    }

    public List<Neighbour>[] Near(IReadOnlyList<int> positions, ParallelOptions parallel)
    {
        var near = new List<Neighbour>[positions.Count];
        Parallel.For(0, positions.Count, parallel, i => near[i] = Near(positions[i]));
        return near;
    }

    public List<Neighbour> Near(int position)
    {
        var near = new List<Neighbour>();
        if (_patterns.Length == 0)
        {
            for (var other = 0; other < _pHash.Length; other++)
                AddIfNear(position, other, near);
            return near;
        }
        for (var band = 0; band < Bands; band++)
        {
            var value = BandOf(_pHash[position], band);
            var (starts, positions) = (_starts[band], _positions[band]);
            foreach (var pattern in _patterns)
            {
                var bucket = value ^ pattern;
                for (var i = starts[bucket]; i < starts[bucket + 1]; i++)
                {
                    if (!SeenInEarlierBand(position, positions[i], band))
                        AddIfNear(position, positions[i], near);
                }
            }
        }
        return near;
    }

    public string Why(int position, Neighbour neighbour)
    {
        var p = BitOperations.PopCount(_pHash[position] ^ _pHash[neighbour.Position]);
        var d = BitOperations.PopCount(_dHash[position] ^ _dHash[neighbour.Position]);
        return $"pHash {p} and dHash {d} of 64 bits apart";
    }

    private void AddIfNear(int position, int other, List<Neighbour> near)
    {
        if (other == position)
            return;
        var (one, two) = (Hashes(position), Hashes(other));
        if (one.BitsFrom(two) <= _radius && ((one.AreFull && two.AreFull) || _confirms(position, other)))
            near.Add(new Neighbour(other, one.BitsFrom(two)));
    }

    private PictureHashes Hashes(int position) => new(_pHash[position], _dHash[position]);

    /// <summary>A candidate counts in the first band that finds it, so that no set of seen positions is needed.</summary>
    private bool SeenInEarlierBand(int position, int other, int band)
    {
        var difference = _pHash[position] ^ _pHash[other];
        for (var earlier = 0; earlier < band; earlier++)
        {
            if (BitOperations.PopCount((uint)BandOf(difference, earlier)) <= _radius / Bands)
                return true;
        }
        return false;
    }

    /// <summary>Counting sort: positions of bucket v are <c>positions[starts[v]..starts[v + 1]]</c>.</summary>
    private (int[] Starts, int[] Positions) Buckets(int band)
    {
        var starts = new int[BandValues + 1];
        foreach (var code in _pHash)
            starts[BandOf(code, band) + 1]++;
        for (var value = 0; value < BandValues; value++)
            starts[value + 1] += starts[value];
        var next = starts.AsSpan(0, BandValues).ToArray();
        var positions = new int[_pHash.Length];
        for (var position = 0; position < _pHash.Length; position++)
            positions[next[BandOf(_pHash[position], band)]++] = position;
        return (starts, positions);
    }

    private static int BandOf(ulong code, int band) => (int)(code >> (16 * band)) & (BandValues - 1);
}
