using Semblance.Numerics;

namespace Semblance.Index.Tests.Fuzzing;

/// <summary>A kind over float vectors.</summary>
internal sealed class VectorFuzzSubject : FuzzSubject
{
    private const int Dimension = 8;
    private const int Queries = 3;

    private readonly Hit[][] _answers;

    public VectorFuzzSubject(string kind, Metric metric, VectorStorage storage, string folder)
        : base($"{kind} {metric} {storage}")
    {
        var path = Path.Combine(folder, $"{kind}-{metric}-{storage}.sound");
        using (var index = VectorIndexes.Create(kind, Dimension, metric, new IndexBuildOptions { Storage = storage, Threads = 1 }))
        {
            index.Build([.. Enumerable.Range(0, Rows).Select(i => (long)i * 3)], Gaussian(Rows, 1));
            index.Add([.. Enumerable.Range(0, 50).Select(i => (long)(i * 3) + 1)], Gaussian(50, 2));
            for (var id = 0; id < 90; id += 3)
                index.Remove(id);
            index.Tune(20);
            index.Save(path);
        }
        Sound = File.ReadAllBytes(path);
        using var opened = VectorIndexes.Open(path, new IndexBuildOptions { Threads = 1 });
        _answers = Answers(opened);
    }

    protected override bool IsSound(string path)
    {
        using var index = VectorIndexes.Open(path);
        return index.Verify().Ok;
    }

    protected override string? Judge(string path, bool isHonest, string savePath)
    {
        VectorIndex index;
        try
        {
            index = VectorIndexes.Open(path, new IndexBuildOptions { Threads = 1 });
        }
        catch (IndexFileException)
        {
            return null;
        }
        using (index)
        {
            var answers = Answers(index);
            var isSound = index.Verify().Ok;
            if (isSound && isHonest && !answers.Zip(_answers).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)))
                return "passed the check and answers otherwise";
            foreach (var (q, hits) in answers.Index())
            {
                if (Untruth(index, q, hits, isSound) is { } untruth)
                    return untruth;
            }
            try
            {
                return Use(index, isSound, savePath);
            }
            catch (IndexFileException) when (!isSound)
            {
                // The ids contradict one another: whatever needs the table of ids refuses.
                return null;
            }
        }
    }

    // Everything else that reads or changes an index.
    private static string? Use(VectorIndex index, bool isSound, string savePath)
    {
        var query = Asked(index).Row(0);
        index.Search(query, K, new SearchOptions { Filter = id => id % 2 == 0 });
        index.Search(query, K, new SearchOptions { Effort = 1000 });
        index.Search(query, (int)Math.Min(index.Count + 1, 5000));
        index.SearchRange(query, 0.5f);
        index.SearchBatch(Asked(index), K);
        index.Search(query, K, new SearchOptions { Allowed = new HashSet<long> { 3, 6, 999, -4, long.MaxValue } });
        index.Warm();
        if (Untruth(index, 0, index.Search(query, K), isSound) is { } afterWarming)
            return "after warming: " + afterWarming;
        var added = new Matrix(40, index.Dimension);
        var random = new SeededRandom(4);
        foreach (ref var x in added.Span)
            x = (float)random.NextGaussian();
        index.Add([.. Enumerable.Range(0, 40).Select(i => (long)(i * 5))], added);
        for (var id = 300L; id < 400; id++)
            index.Remove(id);
        if (Untruth(index, 0, index.Search(query, K), isSound) is { } afterChanges)
            return "after changes: " + afterChanges;
        index.Compact();
        if (Untruth(index, 0, index.Search(query, K), isSound) is { } afterCompacting)
            return "after compacting: " + afterCompacting;
        if (!isSound)
            return null;
        var before = index.Search(query, K);
        index.Save(savePath);
        using var again = VectorIndexes.Open(savePath, new IndexBuildOptions { Threads = 1 });
        return again.Verify().Problems is [var problem, ..]
            ? "saved again, it fails its check: " + problem
            : before.SequenceEqual(again.Search(query, K)) ? null : "saved again, it answers otherwise";
    }

    private static Hit[][] Answers(VectorIndex index)
    {
        var asked = Asked(index);
        return [.. Enumerable.Range(0, Queries).Select(q => index.Search(asked.Row(q), K).ToArray())];
    }

    // The file may claim any dimension.
    private static Matrix Asked(VectorIndex index)
    {
        var asked = new Matrix(Queries, index.Dimension);
        var random = new SeededRandom(3);
        for (var q = 0; q < Queries; q++)
        {
            foreach (ref var x in asked.Row(q)[..Math.Min(Dimension, index.Dimension)])
                x = (float)random.NextGaussian();
        }
        return asked;
    }

    private static string? Untruth(VectorIndex index, int q, IReadOnlyList<Hit> hits, bool isSound)
    {
        if (!isSound)
            return null;
        if (Disorder(hits) is { } disorder)
            return disorder;
        if (hits.Count != Math.Min(K, index.Count))
            return $"{hits.Count} hits of {index.Count} rows";
        var query = Asked(index).Row(q);
        var row = new float[index.Dimension];
        foreach (var hit in hits)
        {
            if (!index.TryGetVector(hit.Id, row))
                return $"id {hit.Id} is returned and not there";
            var (distance, size) = index.Metric switch
            {
                Metric.L2 => (SquaredDistance(query, row), VectorMath.Dot(query, query) + VectorMath.Dot(row, row)),
                Metric.InnerProduct => (-VectorMath.Dot(query, row), MathF.Sqrt(VectorMath.Dot(query, query) * VectorMath.Dot(row, row))),
                _ => (1 - (VectorMath.Dot(query, row) / MathF.Sqrt(VectorMath.Dot(query, query))), 1),
            };
            if (float.IsFinite(size) && !(MathF.Abs(hit.Distance - distance) <= 0.02f * (1 + size)))
                return $"id {hit.Id} is returned at {hit.Distance} and lies at {distance}";
        }
        return null;
    }

    private static float SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }

    private static Matrix Gaussian(int rows, int seed)
    {
        var vectors = new Matrix(rows, Dimension);
        var random = new SeededRandom(seed);
        foreach (ref var x in vectors.Span)
            x = (float)random.NextGaussian();
        return vectors;
    }
}
