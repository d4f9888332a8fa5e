using Semblance.Evaluating;
using Semblance.Evaluation;
using Semblance.Features;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance;

public enum EvaluationProtocol
{
    /// <summary>Every labelled picture of the gallery searches all the others.</summary>
    LeaveOneOut,

    /// <summary>Pictures of another folder search the gallery; they are embedded as the gallery's own are and not added to it.</summary>
    QueryGallery,

    /// <summary>Pairs of pictures of the gallery, known to show the same thing or not.</summary>
    Pairs,
}

public sealed record GalleryEvaluationOptions
{
    public EvaluationProtocol Protocol { get; init; }

    /// <summary>Folder of the query pictures, in subfolders by class unless <see cref="Labels"/> names a file.</summary>
    public string? Queries { get; init; }

    /// <summary>
    /// <c>folder</c>: a picture's label is the name of its folder. Otherwise a CSV file with the header <c>path,label</c> or <c>id,label</c>;
    /// several labels of one picture are joined by <c>|</c>, and pictures are then alike when they share one.
    /// </summary>
    public string Labels { get; init; } = "folder";

    /// <summary>File of pairs; see <see cref="LabelledPairs"/>. Pictures are named by path (absolute, or from the file's folder) or <c>id:N</c>.</summary>
    public string? Pairs { get; init; }

    /// <summary>Also measures the plain HSV histogram and raw pixels on the same pictures, to show what the model adds.</summary>
    public bool Baselines { get; init; }

    public EvaluationOptions Evaluation { get; init; } = new();
}

/// <param name="Baselines">The same protocol by embedder id; empty when not asked for.</param>
/// <param name="Notes">What was left out, in sentences.</param>
public sealed record GalleryEvaluationReport(
    EvaluationReport Report,
    IReadOnlyDictionary<string, EvaluationReport> Baselines,
    IReadOnlyList<string> Notes);

/// <summary>Measures how well a gallery's space finds what its labels say is alike. Metrics and intervals are <see cref="Evaluation"/>'s.</summary>
public sealed class GalleryEvaluation
{
    private readonly Func<IReadOnlyList<GalleryItem>> _items;
    private readonly Func<IReadOnlyList<string>> _roots;
    private readonly Func<CancellationToken, (long[] Ids, Matrix Vectors)> _vectors;
    private readonly Func<IEmbedder> _embedder;
    private readonly Func<Matrix, CancellationToken, Matrix> _project;

    public GalleryEvaluation(Gallery gallery)
        : this(() => [.. gallery.Store.Items()], () => gallery.Store.Roots, gallery.ProjectedVectors, () => gallery.Embedder, gallery.Project)
    {
    }

    /// <param name="items">Present pictures.</param>
    /// <param name="roots">Folders that relative paths may start from.</param>
    /// <param name="vectors">L2-normalised search vectors <c>[n, d]</c> with their item ids.</param>
    /// <param name="embedder">The gallery's embedder; asked for by query pictures only, and not disposed.</param>
    /// <param name="project">From the embedder's raw vectors to search vectors.</param>
    internal GalleryEvaluation(
        Func<IReadOnlyList<GalleryItem>> items,
        Func<IReadOnlyList<string>> roots,
        Func<CancellationToken, (long[] Ids, Matrix Vectors)> vectors,
        Func<IEmbedder> embedder,
        Func<Matrix, CancellationToken, Matrix> project)
    {
        _items = items;
        _roots = roots;
        _vectors = vectors;
        _embedder = embedder;
        _project = project;
    }

    /// <exception cref="GalleryException">A file that was named cannot be used, or nothing can be measured with the labels.</exception>
    public GalleryEvaluationReport Run(GalleryEvaluationOptions options, CancellationToken cancellationToken = default)
    {
        try
        {
            return options.Protocol switch
            {
                EvaluationProtocol.LeaveOneOut => LeaveOneOut(options, cancellationToken),
                EvaluationProtocol.QueryGallery => QueryGallery(options, cancellationToken),
                EvaluationProtocol.Pairs => Pairs(options, cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(options), options.Protocol, "Not a protocol."),
            };
        }
        catch (ArgumentException e) when (e is not ArgumentOutOfRangeException)
        {
            throw new GalleryException($"Nothing can be measured: {e.Message}", e);
        }
    }

    private GalleryEvaluationReport LeaveOneOut(GalleryEvaluationOptions options, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        var gallery = LabelledGallery(LabelTable.Open(options.Labels, _roots()), notes, cancellationToken);
        var names = new LabelNumbers();
        var labels = names.Of(gallery.Labels);
        var report = Evaluate(gallery.Vectors, labels, null, null, names, options, cancellationToken);
        var baselines = new Dictionary<string, EvaluationReport>(StringComparer.Ordinal);
        foreach (var baseline in OpenBaselines(options))
        {
            using (baseline)
            {
                var embedded = PictureFolder.Embed(gallery.Paths, baseline, options.Evaluation.Threads, cancellationToken);
                AddFailures(embedded, baseline.Description.Id, notes);
                baselines[baseline.Description.Id] = Evaluate(embedded.Vectors, Pick(labels, embedded.Rows), null, null, names, options, cancellationToken);
            }
        }
        return new GalleryEvaluationReport(report, baselines, notes);
    }

    private GalleryEvaluationReport QueryGallery(GalleryEvaluationOptions options, CancellationToken cancellationToken)
    {
        if (options.Queries is null)
            throw new GalleryException(GalleryError.NoQueries, "The protocol query-gallery needs a folder of query pictures.", null);
        var notes = new List<string>();
        var table = LabelTable.Open(options.Labels, [.. _roots(), options.Queries]);
        var gallery = LabelledGallery(table, notes, cancellationToken);
        var files = PictureFolder.List(options.Queries);
        var labelled = files.Select(file => (Path: file, Labels: table.OfFile(file))).Where(file => file.Labels is not null).ToArray();
        if (labelled.Length == 0)
            throw new GalleryException(GalleryError.BadLabels, $"{options.Queries} holds no picture with a label; put query pictures into subfolders named by class, or take labels from a CSV file.", null);
        if (labelled.Length < files.Count)
            notes.Add($"{files.Count - labelled.Length} query pictures have no label and were left out.");
        string[] paths = [.. labelled.Select(file => file.Path)];
        var names = new LabelNumbers();
        var galleryLabels = names.Of(gallery.Labels);
        var queryLabels = names.Of([.. labelled.Select(file => file.Labels!)]);
        var embedder = _embedder();
        var queries = PictureFolder.Embed(paths, embedder, options.Evaluation.Threads, cancellationToken);
        AddFailures(queries, embedder.Description.Id, notes);
        var report = Evaluate(_project(queries.Vectors, cancellationToken), Pick(queryLabels, queries.Rows), gallery.Vectors, galleryLabels, names, options, cancellationToken);
        var baselines = new Dictionary<string, EvaluationReport>(StringComparer.Ordinal);
        foreach (var baseline in OpenBaselines(options))
        {
            using (baseline)
            {
                var asked = PictureFolder.Embed(paths, baseline, options.Evaluation.Threads, cancellationToken);
                var searched = PictureFolder.Embed(gallery.Paths, baseline, options.Evaluation.Threads, cancellationToken);
                AddFailures(searched, baseline.Description.Id, notes);
                baselines[baseline.Description.Id] = Evaluate(
                    asked.Vectors, Pick(queryLabels, asked.Rows), searched.Vectors, Pick(galleryLabels, searched.Rows), names, options, cancellationToken);
            }
        }
        return new GalleryEvaluationReport(report, baselines, notes);
    }

    private GalleryEvaluationReport Pairs(GalleryEvaluationOptions options, CancellationToken cancellationToken)
    {
        if (options.Pairs is null)
            throw new GalleryException(GalleryError.NoPairs, "The protocol pairs needs a file of pairs.", null);
        IReadOnlyList<LabelledPair> pairs;
        try
        {
            pairs = LabelledPairs.Read(options.Pairs);
        }
        catch (FormatException e)
        {
            throw new GalleryException(GalleryError.BadLabels, e.Message, e, ("file", options.Pairs));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(GalleryError.BadLabels, $"The file of pairs {options.Pairs} cannot be read: {e.Message}", e, ("file", options.Pairs));
        }
        var (ids, vectors) = _vectors(cancellationToken);
        var rowOfId = ids.Select((id, row) => (id, row)).ToDictionary(pair => pair.id, pair => pair.row);
        var rowOfPath = _items().Where(item => rowOfId.ContainsKey(item.Id)).ToDictionary(item => item.Path, item => rowOfId[item.Id], StringComparer.Ordinal);
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.Pairs))!;
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct(StringComparer.Ordinal))
        {
            int row;
            var known = name.StartsWith("id:", StringComparison.Ordinal)
                ? long.TryParse(name.AsSpan(3), out var id) & rowOfId.TryGetValue(id, out row)
                : rowOfPath.TryGetValue(Path.GetFullPath(name, folder), out row);
            rows[name] = known ? row : throw new GalleryException($"{options.Pairs}: \"{name}\" is not a picture of the gallery. Write its path, absolute or from the file's folder, or id:N.");
        }
        var report = PairEvaluation.Run(pairs, (a, b) => 1 - VectorMath.Dot(vectors.Row(rows[a]), vectors.Row(rows[b])), options.Evaluation, cancellationToken);
        var baselines = new Dictionary<string, EvaluationReport>(StringComparer.Ordinal);
        foreach (var baseline in OpenBaselines(options))
        {
            using (baseline)
                baselines[baseline.Description.Id] = PairBaseline(pairs, rows, ids, baseline, options, cancellationToken);
        }
        return new GalleryEvaluationReport(report, baselines, []);
    }

    private EvaluationReport PairBaseline(
        IReadOnlyList<LabelledPair> pairs, Dictionary<string, int> rows, long[] ids, IEmbedder baseline, GalleryEvaluationOptions options, CancellationToken cancellationToken)
    {
        var used = rows.Values.Distinct().Order().ToArray();
        var items = _items().ToDictionary(item => item.Id);
        var embedded = PictureFolder.Embed([.. used.Select(row => items[ids[row]].Path)], baseline, options.Evaluation.Threads, cancellationToken);
        var place = embedded.Rows.Select((source, row) => (Row: used[source], Place: row)).ToDictionary(pair => pair.Row, pair => pair.Place);
        var whole = pairs.Where(pair => place.ContainsKey(rows[pair.First]) && place.ContainsKey(rows[pair.Second])).ToArray();
        return PairEvaluation.Run(
            whole,
            (a, b) => 1 - VectorMath.Dot(embedded.Vectors.Row(place[rows[a]]), embedded.Vectors.Row(place[rows[b]])),
            options.Evaluation,
            cancellationToken);
    }

    /// <summary>The gallery's pictures that have a vector and a label, in id order.</summary>
    private (Matrix Vectors, IReadOnlyList<string[]> Labels, string[] Paths) LabelledGallery(LabelTable table, List<string> notes, CancellationToken cancellationToken)
    {
        var (ids, vectors) = _vectors(cancellationToken);
        var items = _items().ToDictionary(item => item.Id);
        var kept = new List<(int Row, string[] Labels, string Path)>();
        for (var row = 0; row < ids.Length; row++)
        {
            if (items.TryGetValue(ids[row], out var item) && table.Of(item) is { } labels)
                kept.Add((row, labels, item.Path));
        }
        if (kept.Count == 0)
            throw new GalleryException($"No picture of the gallery has a label in {table.Source}; paths in a CSV file are absolute, or relative to the file or to a root of the gallery.");
        if (kept.Count < ids.Length)
            notes.Add($"{ids.Length - kept.Count} of {ids.Length} pictures have no label in {table.Source} and were left out.");
        var chosen = vectors;
        if (kept.Count < ids.Length)
        {
            chosen = new Matrix(kept.Count, vectors.Columns);
            for (var i = 0; i < kept.Count; i++)
                vectors.Row(kept[i].Row).CopyTo(chosen.Row(i));
        }
        return (chosen, [.. kept.Select(one => one.Labels)], [.. kept.Select(one => one.Path)]);
    }

    /// <param name="gallery">Null for leave-one-out.</param>
    private static EvaluationReport Evaluate(
        Matrix queries,
        IReadOnlyList<int[]> queryLabels,
        Matrix? gallery,
        IReadOnlyList<int[]>? galleryLabels,
        LabelNumbers names,
        GalleryEvaluationOptions options,
        CancellationToken cancellationToken)
    {
        var evaluation = options.Evaluation with { ClassName = names.Name };
        var single = queryLabels.Concat(galleryLabels ?? []).All(labels => labels.Length == 1);
        if (single)
        {
            int[] ofQueries = [.. queryLabels.Select(labels => labels[0])];
            return gallery is null
                ? RetrievalEvaluation.LeaveOneOut(queries, ofQueries, Metric.Cosine, evaluation, cancellationToken)
                : RetrievalEvaluation.QueryGallery(queries, ofQueries, gallery, galleryLabels!.Select(labels => labels[0]).ToArray(), Metric.Cosine, evaluation, cancellationToken);
        }
        return RetrievalEvaluation.Run(
            gallery is null ? "leave-one-out" : "query-gallery",
            new VectorDistances(queries, gallery ?? queries, Metric.Cosine),
            new SharedLabels(queryLabels, galleryLabels ?? queryLabels),
            leaveOneOut: gallery is null,
            evaluation,
            cancellationToken: cancellationToken);
    }

    private static IEmbedder[] OpenBaselines(GalleryEvaluationOptions options) => options.Baselines ? [.. Embedders.BuiltIn.Select(entry => entry.Open(new EmbedderOptions()))] : [];

    private static void AddFailures(EmbeddedPictures embedded, string embedder, List<string> notes)
    {
        if (embedded.Failures.Count > 0)
            notes.Add($"{embedded.Failures.Count} pictures could not be read for {embedder} and were left out; the first: {embedded.Failures[0]}");
    }

    private static IReadOnlyList<int[]> Pick(IReadOnlyList<int[]> labels, IReadOnlyList<int> rows) => [.. rows.Select(row => labels[row])];
}
