using System.Numerics;
using System.Runtime.CompilerServices;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.MultiIndex;

/// <summary>
/// One search through substring tables. In step (ρ, j) the buckets at distance exactly ρ from the query's substring j are read; the
/// steps go ρ = 0: j = 0, 1, …; ρ = 1: j = 0, 1, … . After step (ρ, j) every code within m·ρ + j of the query has been met
/// (Norouzi et al., section 3.1: a code farther than that in all of its substrings is farther in total). The search ends when that
/// radius reaches the distance of the k-th nearest found or the largest distance asked for, and gives up when going on would cost
/// more than a scan.
/// </summary>
internal sealed unsafe class SubstringEnumeration
{
    // Keys, ranges and codes pass through in portions, each portion asked for before it is read.
    private const int Portion = 256;

    // The k-th distance found so far is only an upper bound: reaching it may seem to cost this many scans.
    // Before an eighth of the scan's time is spent, that bound says little.
    private const double Patience = 1.5;
    private const double Exploration = 0.125;

    private readonly SubstringLayout _layout;
    private readonly SubstringTable[] _tables;
    private readonly EnumerationCost _cost;
    private readonly StructureSearch<ulong> _search;
    private readonly int[] _found; // Accepted codes at each distance.
    private readonly int[] _candidates = new int[Portion];
    private int _candidateCount;
    private int _within; // Accepted codes no farther than _bound.
    private int _bound;
    private int _radius; // ρ of the step.
    private int _substring; // j of the step.
    private long _lookUps;
    private long _verified;

    public SubstringEnumeration(SubstringLayout layout, SubstringTable[] tables, EnumerationCost cost, StructureSearch<ulong> search)
    {
        _layout = layout;
        _tables = tables;
        _cost = cost;
        _search = search;
        var bits = layout.Words * 64;
        _bound = (int)Math.Clamp(search.MaxDistance, -1, bits);
        _found = new int[bits + 1];
    }

    /// <param name="built">Rows in the tables; those after them are read one by one.</param>
    public void Run(int built)
    {
        if (_bound < 0 || _search.K == 0)
        {
            _search.IsComplete = true;
            return;
        }
        ScanFrom(built);
        var budget = _cost.ScanWord * _layout.Words * built;
        var density = 0.0;
        for (_radius = 0; ; _radius++)
        {
            for (_substring = 0; _substring < _layout.Substrings; _substring++)
            {
                var bits = _layout.Bits(_substring);
                if (_radius <= bits)
                {
                    if (Spent + StepCost(_radius, _substring, density) > budget || IsFar(budget, density))
                        return;
                    var (lookUps, verified) = (_lookUps, _verified);
                    Enumerate(bits);
                    density = (_verified - verified) / (double)Math.Max(1, _lookUps - lookUps);
                }
                // Also the bound when fewer than k are found: then it is the largest distance there may be.
                if ((_radius * _layout.Substrings) + _substring >= _bound)
                {
                    _search.IsComplete = true;
                    return;
                }
            }
        }
    }

    private double Spent => (_lookUps * _cost.LookUp) + (_verified * _cost.Verification);

    // Whether reaching the k-th distance found so far would cost several scans.
    private bool IsFar(double budget, double density)
    {
        if (_within < _search.K || Spent + StepCost(_radius, _substring, density) < Exploration * budget)
            return false;
        var cost = Spent;
        for (var step = (_radius * _layout.Substrings) + _substring; step <= _bound && cost <= Patience * budget; step++)
            cost += StepCost(step / _layout.Substrings, step % _layout.Substrings, density);
        return cost > Patience * budget;
    }

    /// <param name="density">Codes a bucket in the last step: buckets near the query are fuller than the average.</param>
    private double StepCost(int radius, int substring, double density)
    {
        var bits = _layout.Bits(substring);
        var lookUps = 1.0;
        for (var i = 0; i < radius; i++)
            lookUps *= (bits - i) / (double)(i + 1);
        // Density falls with the distance from the query down to the average.
        var average = _tables[substring].Count / (double)_tables[substring].Buckets;
        return lookUps * (_cost.LookUp + (_cost.Verification * Math.Max(average, radius > _radius ? average : density)));
    }

    // All masks with ρ of the substring's bits set, in ascending order (Gosper's hack).
    private void Enumerate(int bits)
    {
        var table = _tables[_substring];
        var query = _layout.Key(_search.Prepared, _substring);
        Span<uint> keys = stackalloc uint[Portion];
        var count = 0;
        var end = 1UL << bits;
        for (var mask = (1UL << _radius) - 1; mask < end;)
        {
            var key = query ^ (uint)mask;
            MemoryHint.Prefetch(table.Starts + key);
            keys[count++] = key;
            if (count == Portion)
            {
                LookUp(table, keys);
                count = 0;
            }
            if (mask == 0)
                break;
            var lowest = mask & (~mask + 1);
            var ripple = mask + lowest;
            mask = ripple | ((mask ^ ripple) >> 2) / lowest;
        }
        LookUp(table, keys[..count]);
        Verify();
    }

    private void LookUp(SubstringTable table, ReadOnlySpan<uint> keys)
    {
        Span<(uint Start, uint End)> ranges = stackalloc (uint, uint)[Portion];
        var count = 0;
        foreach (var key in keys)
        {
            var (start, end) = (table.Starts[key], table.Starts[key + 1]);
            // A damaged file may hold anything.
            if (start >= end || end > (uint)table.Count)
                continue;
            MemoryHint.Prefetch(table.Positions + start);
            ranges[count++] = (start, end);
        }
        _lookUps += keys.Length;
        foreach (var (start, end) in ranges[..count])
        {
            for (var i = start; i < end; i++)
            {
                var position = table.Positions[i];
                if ((uint)position >= (uint)table.Count)
                    continue;
                MemoryHint.Prefetch(_search.Rows.RowAt(position));
                _candidates[_candidateCount++] = position;
                if (_candidateCount == Portion)
                    Verify();
            }
        }
    }

    private void Verify()
    {
        var query = _search.Prepared;
        foreach (var position in _candidates.AsSpan(0, _candidateCount))
        {
            var code = _search.Rows.RowAt(position);
            var distance = Distance(query, code);
            if (distance <= _bound && !WasMet(query, code))
                Take(position, distance);
        }
        _verified += _candidateCount;
        _search.Visited += _candidateCount;
        _candidateCount = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Distance(ReadOnlySpan<ulong> query, ReadOnlySpan<ulong> code) => query.Length switch
    {
        1 => BitOperations.PopCount(query[0] ^ code[0]),
        2 => BitOperations.PopCount(query[0] ^ code[0]) + BitOperations.PopCount(query[1] ^ code[1]),
        _ => VectorMath.Hamming(query, code),
    };

    // A code is met once in every table; it counts in the earliest step.
    private bool WasMet(ReadOnlySpan<ulong> query, ReadOnlySpan<ulong> code)
    {
        for (var substring = 0; substring < _layout.Substrings; substring++)
        {
            var distance = _layout.Distance(query, code, substring);
            if (distance < _radius || (distance == _radius && substring < _substring))
                return true;
        }
        return false;
    }

    private void Take(int position, int distance)
    {
        if (!_search.Accepts(position))
            return;
        _search.Offer(position);
        _found[distance]++;
        _within++;
        while (_within - _found[_bound] >= _search.K)
            _within -= _found[_bound--];
    }

    private void ScanFrom(int first)
    {
        Span<int> distances = stackalloc int[Portion];
        var rows = _search.Rows;
        for (var position = first; position < rows.Positions;)
        {
            var row = position & (rows.RowsPerBlock - 1);
            var count = Math.Min(Portion, Math.Min(rows.Positions - position, rows.RowsPerBlock - row));
            VectorMath.HammingRows(_search.Prepared, rows.Blocks[position >> rows.BlockShift].Rows(row, count), distances[..count]);
            for (var i = 0; i < count; i++)
            {
                if (distances[i] <= _bound)
                    Take(position + i, distances[i]);
            }
            position += count;
            _search.Visited += count;
        }
    }
}
