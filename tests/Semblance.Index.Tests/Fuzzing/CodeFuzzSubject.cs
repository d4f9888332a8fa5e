using System.Numerics;
using Semblance.Numerics;

namespace Semblance.Index.Tests.Fuzzing;

/// <summary>A kind over bit codes.</summary>
internal sealed class CodeFuzzSubject : FuzzSubject
{
    private const int Bits = 64;

    private static readonly IndexBuildOptions s_options = new() { Threads = 1 };

    private readonly Hit[] _answer;

    public CodeFuzzSubject(string kind, string folder)
        : base(kind)
    {
        var path = Path.Combine(folder, kind + ".sound");
        using (var index = CodeIndexes.Create(kind, Bits, s_options))
        {
            index.Build([.. Enumerable.Range(0, Rows).Select(i => (long)i * 3)], Codes(Rows, 1));
            index.Add([.. Enumerable.Range(0, 50).Select(i => (long)(i * 3) + 1)], Codes(50, 2));
            for (var id = 0; id < 90; id += 3)
                index.Remove(id);
            index.Save(path);
        }
        Sound = File.ReadAllBytes(path);
        using var opened = CodeIndexes.Open(path, s_options);
        _answer = [.. opened.Search(Asked(opened), K)];
    }

    protected override bool IsSound(string path)
    {
        using var index = CodeIndexes.Open(path, s_options);
        return index.Verify().Ok;
    }

    protected override string? Judge(string path, bool isHonest, string savePath)
    {
        CodeIndex index;
        try
        {
            index = CodeIndexes.Open(path, s_options);
        }
        catch (IndexFileException)
        {
            return null;
        }
        using (index)
        {
            var query = Asked(index);
            var answer = index.Search(query, K);
            var isSound = index.Verify().Ok;
            if (isSound && isHonest && !answer.SequenceEqual(_answer))
                return "passed the check and answers otherwise";
            if (Untruth(index, answer, isSound) is { } untruth)
                return untruth;
            try
            {
                return Use(index, query, isSound, savePath);
            }
            catch (IndexFileException) when (!isSound)
            {
                return null;
            }
        }
    }

    private static string? Use(CodeIndex index, ulong[] query, bool isSound, string savePath)
    {
        index.Search(query, K, new SearchOptions { Filter = id => id % 2 == 0 });
        index.SearchRange(query, 12);
        index.SearchBatch([.. query, .. query], K);
        var words = index.Bits / 64;
        index.Add([.. Enumerable.Range(0, 40).Select(i => (long)(i * 5))], Codes(40 * words, 4));
        for (var id = 300L; id < 400; id++)
            index.Remove(id);
        if (Untruth(index, index.Search(query, K), isSound) is { } afterChanges)
            return "after changes: " + afterChanges;
        index.Compact();
        if (Untruth(index, index.Search(query, K), isSound) is { } afterCompacting)
            return "after compacting: " + afterCompacting;
        if (!isSound)
            return null;
        var before = index.Search(query, K);
        index.Save(savePath);
        using var again = CodeIndexes.Open(savePath, s_options);
        return again.Verify().Problems is [var problem, ..]
            ? "saved again, it fails its check: " + problem
            : before.SequenceEqual(again.Search(query, K)) ? null : "saved again, it answers otherwise";
    }

    // The file may claim any number of bits.
    private static ulong[] Asked(CodeIndex index) => Codes(index.Bits / 64, 3);

    private static string? Untruth(CodeIndex index, IReadOnlyList<Hit> hits, bool isSound)
    {
        if (!isSound)
            return null;
        if (Disorder(hits) is { } disorder)
            return disorder;
        // All rows are the judge: of the hits where the kind is exact, of their number where it is not.
        var query = Asked(index);
        var all = index.SearchRange(query, index.Bits);
        if (all.Count != index.Count || hits.Count != Math.Min(K, all.Count))
            return "rows are missing";
        if (index is not HnswCodeIndex && !hits.SequenceEqual(all.Take(K)))
            return "the nearest are not those of a range search";
        var code = new ulong[query.Length];
        return hits.Any(hit => !index.TryGetCode(hit.Id, code) || Distance(query, code) != hit.Distance) ? "a distance is wrong" : null;
    }

    private static int Distance(ulong[] a, ulong[] b) => a.Zip(b, (x, y) => BitOperations.PopCount(x ^ y)).Sum();

    // Near one another in places, so that tables find something.
    private static ulong[] Codes(int count, int seed)
    {
        var random = new SeededRandom(seed);
        var codes = new ulong[count];
        foreach (ref var code in codes.AsSpan())
            code = new SeededRandom(random.NextInt(20)).NextUInt64() ^ (1UL << random.NextInt(64)) ^ (1UL << random.NextInt(64));
        return codes;
    }
}
