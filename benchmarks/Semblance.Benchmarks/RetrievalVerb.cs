using Semblance.Benchmarks.Figures;
using Semblance.Evaluation;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// How well a gallery with all defaults finds what is alike, as <c>evaluate</c> measures it: every picture of many classes against
/// the others, pictures of one folder against a gallery of another, and every picture of few broad classes, which shrinkage must
/// not tear apart. Beside the gallery's vectors: the same network's vectors without the projection, the HSV histogram and raw pixels.
/// </summary>
internal sealed class RetrievalVerb : IBenchmarkVerb
{
    private const int FewClasses = 10;

    /// <summary>Enough for the two figures that are printed.</summary>
    private static readonly EvaluationOptions s_evaluation = new() { At = [1], Verification = false, Clustering = false, BootstrapSamples = 0 };

    public string Name => "retrieval";

    public string Summary => "CMC@1 and MAP@R with all defaults (--classes DIR, --queries DIR --searched DIR, each in folders by class) [--model M] [--threads T]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--classes", "--queries", "--searched", "--model", "--threads");
        var options = new GalleryOptions { Model = arguments.Text("--model"), Threads = arguments.Number("--threads", Environment.ProcessorCount) };
        var (classes, queries) = (arguments.Text("--classes"), arguments.Text("--queries"));
        if (classes is null && queries is null)
            throw new VerbUsageException("--classes, or --queries with --searched, is needed.");
        using var folder = new TemporaryFolder();
        var table = new FigureTable(Name);
        table.Condition("threads", options.Threads);
        if (classes is not null)
        {
            LeaveOneOut(table, "leave-one-out", [classes], folder.Combine("all"), options);
            var few = Directory.GetDirectories(classes).Order(StringComparer.Ordinal).Take(FewClasses).ToArray();
            LeaveOneOut(table, $"first {FewClasses} classes", few, folder.Combine("few"), options);
        }
        if (queries is not null)
            QueriesToGallery(table, queries, arguments.Required("--searched"), folder.Combine("searched"), options);
        table.Print(arguments.Json);
        return 0;
    }

    private static void LeaveOneOut(FigureTable table, string what, IReadOnlyList<string> pictures, string galleryFolder, GalleryOptions options)
    {
        using var gallery = Filled(galleryFolder, pictures, options);
        var report = new GalleryEvaluation(gallery).Run(new GalleryEvaluationOptions { Baselines = true, Evaluation = s_evaluation });
        var (vectors, labels) = Unprojected(gallery);
        var unprojected = RetrievalEvaluation.LeaveOneOut(vectors, [.. labels.Select(Numbered(labels))], Metric.Cosine, s_evaluation);
        Add(table, what, gallery, report, unprojected);
    }

    private static void QueriesToGallery(FigureTable table, string queries, string searched, string galleryFolder, GalleryOptions options)
    {
        using var gallery = Filled(galleryFolder, [searched], options);
        var report = new GalleryEvaluation(gallery).Run(new GalleryEvaluationOptions { Protocol = EvaluationProtocol.QueryGallery, Queries = queries, Baselines = true, Evaluation = s_evaluation });
        // A second gallery only to embed: it is never searched.
        using var asked = Filled(galleryFolder + "-queries", [queries], options);
        var (searchedVectors, searchedLabels) = Unprojected(gallery);
        var (askedVectors, askedLabels) = Unprojected(asked);
        var number = Numbered([.. searchedLabels, .. askedLabels]);
        var unprojected = RetrievalEvaluation.QueryGallery(askedVectors, [.. askedLabels.Select(number)], searchedVectors, [.. searchedLabels.Select(number)], Metric.Cosine, s_evaluation);
        Add(table, "queries to gallery", gallery, report, unprojected);
    }

    private static Gallery Filled(string folder, IReadOnlyList<string> pictures, GalleryOptions options)
    {
        var gallery = Gallery.Open(folder, options);
        var report = gallery.IngestAsync(pictures).GetAwaiter().GetResult();
        return report.Failed == 0 ? gallery : throw new InvalidOperationException($"{report.Failed} pictures could not be indexed, the first: {report.Failures[0].Message}");
    }

    /// <summary>The network's own vectors of the gallery, as they are stored, with the names of the pictures' folders.</summary>
    private static (Matrix Vectors, string[] Labels) Unprojected(Gallery gallery)
    {
        var rows = gallery.Items().Select(item => (item.Label, Vector: gallery.Vector(item.Id)!)).ToArray();
        return (Matrix.FromRows(rows.Select(row => row.Vector).ToArray()), [.. rows.Select(row => row.Label)]);
    }

    private static Func<string, int> Numbered(IReadOnlyList<string> labels)
    {
        var numbers = labels.Distinct(StringComparer.Ordinal).Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number, StringComparer.Ordinal);
        return label => numbers[label];
    }

    private static void Add(FigureTable table, string what, Gallery gallery, GalleryEvaluationReport report, EvaluationReport unprojected)
    {
        Add(table, $"{what}: {gallery.Space!.Model}", report.Report);
        Add(table, $"{what}: not projected", unprojected);
        foreach (var (id, baseline) in report.Baselines)
            Add(table, $"{what}: {id}", baseline);
    }

    private static void Add(FigureTable table, string what, EvaluationReport report)
    {
        table.Add($"{what}, cmc@1", report.Metrics["cmc@1"].Value, "", $"{report.Queries} queries, {report.Gallery} pictures");
        table.Add($"{what}, map@r", report.Metrics["map@r"].Value, "");
    }
}
