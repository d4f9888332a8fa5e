using Semblance.Numerics;
using Semblance.Reports.Sheets;

namespace Semblance.Cli.Demo;

/// <summary>
/// A few searches in a stranger's pictures: queries that differ from each other, each with something like it in the
/// collection, so that the page shows what the gallery is good for rather than its oddities.
/// </summary>
internal sealed class FolderDemo
{
    private const int Queries = 8;
    private const int ShownHits = 8;
    private const int Sampled = 800;

    private FolderDemo(string folder, IReadOnlyList<(GalleryItem Query, IReadOnlyList<SearchHit> Hits)> answers)
    {
        Folder = folder;
        Answers = answers;
    }

    public string Folder { get; }

    public IReadOnlyList<(GalleryItem Query, IReadOnlyList<SearchHit> Hits)> Answers { get; }

    public static async Task<FolderDemo> RunAsync(Gallery gallery, string folder, int seed, CancellationToken cancellationToken)
    {
        var (ids, vectors) = gallery.ProjectedVectors(cancellationToken);
        var items = gallery.ItemsById(ids);
        var rows = Enumerable.Range(0, ids.Length).Where(row => items.TryGetValue(ids[row], out var item) && DemoPictures.IsBelow(item.Path, folder)).ToArray();
        var where = rows.Length < ids.Length && !folder.Contains('"') ? $"path:\"{folder}\"" : null;
        var answers = new List<(GalleryItem, IReadOnlyList<SearchHit>)>();
        foreach (var row in Choose(vectors, rows, seed, cancellationToken))
            answers.Add((items[ids[row]], await gallery.SimilarAsync(ids[row], ShownHits, where, cancellationToken)));
        return new FolderDemo(folder, answers);
    }

    public SheetPage Page(IngestReport report) => new()
    {
        Title = $"What looks alike in {Path.GetFileName(Folder)}",
        Lead = "A few of the pictures, chosen to differ, each with the most similar others.",
        Figures = report.Added > 0 ? [new SheetFigure($"{report.Added:N0}", "pictures indexed", $"{report.Seconds:0.0} s, {report.ImagesPerSecond:0} a second")] : [new SheetFigure($"{report.Unchanged:N0}", "pictures in the gallery")],
        Sections =
        [
            .. Answers.Select(answer => new SheetSection
            {
                Queries = [new SheetPicture { Location = answer.Query.Path }],
                Pictures = [.. answer.Hits.Select(hit => new SheetPicture { Location = hit.Path, Rank = hit.Rank, Score = hit.Score, Word = hit.Word })],
            }),
        ],
        Notes = [new SheetNote("Go on", "Search by any picture, or keep a gallery of your own.", "semblance index ~/Pictures\nsemblance search beach.jpg")],
    };

    /// <summary>
    /// Rows for queries: of a seeded sample, the half with the nearest neighbours, thinned by farthest-first traversal
    /// (Gonzalez, 1985). O(sample² · d).
    /// </summary>
    internal static IReadOnlyList<int> Choose(Matrix vectors, int[] rows, int seed, CancellationToken cancellationToken)
    {
        var random = new SeededRandom(seed);
        var shuffled = rows.ToArray();
        random.Shuffle(shuffled.AsSpan());
        var sample = shuffled[..Math.Min(Sampled, shuffled.Length)];
        var nearest = new float[sample.Length];
        Parallel.For(0, sample.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            nearest[i] = float.NegativeInfinity;
            for (var j = 0; j < sample.Length; j++)
            {
                if (j != i)
                    nearest[i] = Math.Max(nearest[i], VectorMath.Dot(vectors.Row(sample[i]), vectors.Row(sample[j])));
            }
        });
        var candidates = Enumerable.Range(0, sample.Length).OrderByDescending(i => nearest[i]).ThenBy(i => sample[i]).Take((sample.Length + 1) / 2).Select(i => sample[i]).ToList();
        var chosen = new List<int>();
        while (chosen.Count < Queries && candidates.Count > 0)
        {
            var next = chosen.Count == 0
                ? candidates[0]
                : candidates.MinBy(row => chosen.Max(other => VectorMath.Dot(vectors.Row(row), vectors.Row(other))));
            chosen.Add(next);
            candidates.Remove(next);
        }
        return chosen;
    }
}
