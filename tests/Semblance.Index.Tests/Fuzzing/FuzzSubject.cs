using Semblance.Numerics;

namespace Semblance.Index.Tests.Fuzzing;

/// <summary>A sound index file of one kind, and the judgement of what its reader makes of a changed one.</summary>
internal abstract class FuzzSubject(string name)
{
    protected const int Rows = 1200;
    protected const int K = 10;

    public string Name { get; } = name;

    public byte[] Sound { get; protected set; } = [];

    /// <summary>All kinds there are, over floats and over codes.</summary>
    public static IReadOnlyList<FuzzSubject> All(string folder)
    {
        var subjects = new List<FuzzSubject>();
        Metric[] metrics = [Metric.Cosine, Metric.L2, Metric.InnerProduct];
        foreach (var kind in VectorIndexes.Kinds)
        {
            foreach (var storage in new[] { VectorStorage.Float32, VectorStorage.Byte })
                subjects.Add(new VectorFuzzSubject(kind, metrics[subjects.Count % metrics.Length], storage, folder));
        }
        subjects.Add(new VectorFuzzSubject(ExactVectorIndex.KindName, Metric.L2, VectorStorage.Float16, folder));
        foreach (var kind in CodeIndexes.Kinds)
            subjects.Add(new CodeFuzzSubject(kind, folder));
        return subjects;
    }

    /// <summary>The file of number <paramref name="number"/>: the subjects take turns, the number is the seed.</summary>
    /// <returns>What is wrong with the reader, as a sentence; null when nothing is.</returns>
    public static string? Try(IReadOnlyList<FuzzSubject> subjects, long number, string folder)
    {
        var subject = subjects[(int)(number % subjects.Count)];
        var file = IndexFileMutation.Apply(subject.Sound, new SeededRandom(number));
        var path = Path.Combine(folder, $"{number}.index");
        var saved = path + ".again";
        File.WriteAllBytes(path, file.Bytes);
        try
        {
            return subject.Judge(path, file.IsHonest, saved) is { } failure ? $"{number} ({subject.Name}, {file.What}): {failure}" : null;
        }
        catch (Exception e)
        {
            return $"{number} ({subject.Name}, {file.What}): {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}";
        }
        finally
        {
            File.Delete(path);
            File.Delete(saved);
        }
    }

    /// <summary>The judgement of the file as it is, which must pass its own check as well.</summary>
    public string? JudgeSound(string path, string savePath) =>
        IsSound(path) ? Judge(path, isHonest: true, savePath) : "the unchanged file fails its check";

    protected abstract bool IsSound(string path);

    protected abstract string? Judge(string path, bool isHonest, string savePath);

    /// <summary>What holds of every answer, whatever the index.</summary>
    protected static string? Disorder(IReadOnlyList<Hit> hits)
    {
        if (hits.Count > K)
            return $"{hits.Count} hits for k = {K}";
        for (var i = 0; i < hits.Count; i++)
        {
            if (float.IsNaN(hits[i].Distance))
                return "a distance is NaN";
            if (i > 0 && (hits[i].Distance < hits[i - 1].Distance || (hits[i].Distance == hits[i - 1].Distance && hits[i].Id <= hits[i - 1].Id)))
                return "hits are out of order";
        }
        return hits.DistinctBy(hit => hit.Id).Count() == hits.Count ? null : "an id is returned twice";
    }
}
