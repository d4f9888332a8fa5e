using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Numerics;
using Semblance.Reports;
using Semblance.Reports.Sheets;

namespace Semblance.Cli.Demo;

/// <summary>How one vendor's drawings find another's.</summary>
/// <param name="First">Share of signs whose other drawing comes first.</param>
/// <param name="FirstFive">Share of signs whose other drawing is among the first five.</param>
internal sealed record EmojiWay(string From, string To, int Signs, double First, double FirstFive);

/// <summary>
/// Retrieval with known answers: each sign that both vendors have drawn is looked for, by the one's drawing, among all
/// drawings of the other. O(signs² · d).
/// </summary>
internal sealed class EmojiDemo
{
    private const int ShownRight = 10;
    private const int ShownWrong = 4;
    private const int ShownHits = 5;

    private readonly List<SheetSection> _sections = [];

    private EmojiDemo(IReadOnlyList<EmojiWay> ways) => Ways = ways;

    public IReadOnlyList<EmojiWay> Ways { get; }

    public double First => Ways.Sum(way => way.First * way.Signs) / Math.Max(Ways.Sum(way => way.Signs), 1);

    public static EmojiDemo Run(Gallery gallery, string folder, int seed, CancellationToken cancellationToken)
    {
        var (ids, vectors) = gallery.ProjectedVectors(cancellationToken);
        var items = gallery.ItemsById(ids);
        var vendors = Enumerable.Range(0, ids.Length).Where(row => DemoPictures.IsBelow(items[ids[row]].Path, folder)).GroupBy(row => items[ids[row]].Label, StringComparer.Ordinal).OrderByDescending(vendor => vendor.Key, StringComparer.Ordinal).ToDictionary(vendor => vendor.Key, vendor => vendor.ToArray());
        var ways = new List<EmojiWay>();
        List<(int Query, int Rank, int[] Best)>? shown = null;
        foreach (var from in vendors.Keys)
        {
            foreach (var to in vendors.Keys.Where(other => other != from))
            {
                var outcomes = Look(vectors, vendors[from], vendors[to], row => Path.GetFileName(items[ids[row]].Path), cancellationToken);
                if (outcomes.Count == 0)
                    continue;
                ways.Add(new EmojiWay(from, to, outcomes.Count, Share(outcomes, 1), Share(outcomes, 5)));
                shown ??= outcomes;
            }
        }
        if (shown is null)
            throw new UsageException($"The gallery '{gallery.Folder}' holds no sign drawn by two vendors; give the demo a gallery of its own with --gallery.");
        var demo = new EmojiDemo(ways);
        var random = new SeededRandom(seed);
        var order = shown.ToArray();
        random.Shuffle(order.AsSpan());
        foreach (var (query, rank, best) in order.Where(one => one.Rank == 1).Take(ShownRight).Concat(order.Where(one => one.Rank > 1).Take(ShownWrong)))
        {
            var name = Path.GetFileName(items[ids[query]].Path);
            demo._sections.Add(new SheetSection
            {
                Heading = rank == 1 ? null : $"The other drawing came {rank.ToString("N0", CultureInfo.InvariantCulture)}{Ordinal(rank)}",
                Queries = [new SheetPicture { Location = items[ids[query]].Path, Caption = name }],
                Pictures =
                [
                    .. best.Select((row, i) =>
                    {
                        var score = VectorMath.Dot(vectors.Row(query), vectors.Row(row));
                        var isRight = Path.GetFileName(items[ids[row]].Path) == name;
                        return new SheetPicture { Location = items[ids[row]].Path, Rank = i + 1, Score = score, Word = gallery.Scale.WordOf(score), Mark = isRight ? SheetMark.Right : SheetMark.None };
                    }),
                ],
            });
        }
        return demo;
    }

    public EmojiDemoRecord Record(Gallery gallery, string page)
    {
        var (there, back) = (Way("twemoji", "noto"), Way("noto", "twemoji"));
        return new(gallery.Folder, gallery.CountItems(), Ways[0].Signs, First, there?.First, there?.FirstFive, back?.First, back?.FirstFive, page);

        EmojiWay? Way(string from, string to) => Ways.FirstOrDefault(way => way.From == from && way.To == to);
    }

    public SheetPage Page(IngestReport report) => new()
    {
        Title = "The same sign, drawn by another hand",
        Lead = $"Each drawing of one vendor was looked for among all {Ways[0].Signs:N0} drawings of the other. No label and no file name was used.",
        Figures =
        [
            .. Ways.Select(way => new SheetFigure(way.First.ToString("0.0 %", CultureInfo.InvariantCulture), $"{way.From} → {way.To}: own sign first", $"{way.FirstFive.ToString("0.0 %", CultureInfo.InvariantCulture)} in the first five; by chance {(1.0 / way.Signs).ToString("0.00 %", CultureInfo.InvariantCulture)}")),
            .. report.Added > 0 ? new[] { new SheetFigure($"{report.ImagesPerSecond:0}", "pictures a second", $"{report.Added:N0} indexed in {report.Seconds:0.0} s") } : [],
        ],
        Sections = _sections,
        Notes = [new SheetNote("Your own pictures", "A folder is indexed once; afterwards only what changed.", "semblance index ~/Pictures\nsemblance search beach.jpg"), new SheetNote("Find copies", null, "semblance dupes --near")],
    };

    /// <summary>For each query row whose name exists among the targets: rank of that target, and the best targets.</summary>
    private static List<(int Query, int Rank, int[] Best)> Look(Matrix vectors, int[] from, int[] to, Func<int, string> name, CancellationToken cancellationToken)
    {
        var target = to.ToDictionary(name, row => row, StringComparer.Ordinal);
        var queries = from.Where(row => target.ContainsKey(name(row))).ToArray();
        var outcomes = new (int, int, int[])[queries.Length];
        Parallel.For(0, queries.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            var query = vectors.Row(queries[i]);
            var own = target[name(queries[i])];
            var ownScore = VectorMath.Dot(query, vectors.Row(own));
            var rank = 1;
            var top = new TopK(ShownHits);
            foreach (var row in to)
            {
                var score = VectorMath.Dot(query, vectors.Row(row));
                // Ties count against: a space that tells nothing apart must not look perfect.
                if (row != own && score >= ownScore)
                    rank++;
                top.Add(row, -score);
            }
            outcomes[i] = (queries[i], rank, [.. top.ToSorted().Select(hit => (int)hit.Id)]);
        });
        return [.. outcomes];
    }

    private static double Share(List<(int Query, int Rank, int[] Best)> outcomes, int k) => outcomes.Count(one => one.Rank <= k) / (double)outcomes.Count;

    private static string Ordinal(int number) => (number % 100 is >= 11 and <= 13 ? 0 : number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
}
