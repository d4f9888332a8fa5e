using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Numerics;
using Semblance.Reports;
using Semblance.Reports.Exporting;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class ExportVerb : Verb
{
    private readonly Setting<string?> _output = Setting.Text("output", "FILE|DIR", "File to write (a folder for projector); without it, standard output. Its ending chooses the format when --format does not", "-o");

    private readonly Setting<string?> _where = Setting.Text("where", "FILTER", "Only pictures that pass, e.g. 'label:cat -path:**/cache/**'", "-w");

    private readonly Setting<bool> _sprite = Setting.Flag("sprite", "With --format projector: also a picture of all thumbnails");

    private readonly Setting<bool> _null = Setting.Flag("null", "With --format paths: end each path with NUL, for names that hold line breaks", "-0");

    public override IReadOnlyList<Setting> Settings => [_output, _where, _sprite, _null];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv, OutputFormat.Paths, OutputFormat.Npy, OutputFormat.Projector];

    public override string Details => """
        npy is NumPy's format: float32 [n, d], the searched vectors, each of length 1; with --output FILE.npy the ids of the
        rows go to FILE.ids.npy. projector is a folder for TensorFlow's Embedding Projector.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance export --format csv > list.csv", "All pictures with size, date, place, camera, rating, tags and hashes"),
        ("semblance export --output vectors.npy --where tag:holiday", "Vectors of some pictures"),
        ("semblance export --format projector --output map --sprite", "A folder to load at projector.tensorflow.org"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var output = context.Get(_output) is { } typed ? context.FullPath(typed) : null;
        var format = context.AskedFormat ?? FormatOf(output) ?? context.Printer.Format;
        if (format == OutputFormat.Projector && output is null)
            throw new UsageException("projector writes a folder; name it with --output DIR.");
        if (format == OutputFormat.Npy && output is null && context.Host.OutputIsTerminal)
            throw new UsageException("npy is not for a terminal; name a file with --output FILE.npy.");

        using var gallery = context.OpenGallery();
        var items = ItemSelection.Passing(gallery, context.Get(_where));
        var code = ExitCodes.Ok;
        switch (format)
        {
            case OutputFormat.Npy:
                var (ids, vectors) = Vectors(gallery, items, cancellationToken);
                ToStream(context, output, stream => GalleryExport.Npy(vectors, stream));
                if (output is not null)
                    ToStream(context, Path.ChangeExtension(output, ".ids.npy"), stream => GalleryExport.NpyIds(ids, stream));
                break;
            case OutputFormat.Projector:
                var (projected, points) = Vectors(gallery, items, cancellationToken);
                var byId = items.ToDictionary(item => item.Id);
                if (!GalleryExport.Projector(output!, [.. Rows(gallery, projected.Select(id => byId[id]))], points, context.Get(_sprite), cancellationToken))
                    context.Talk.Warn("The collection is too large for a sprite; the rest was written.");
                break;
            case OutputFormat.Csv:
                ToStream(context, output, stream => WithWriter(stream, writer => GalleryExport.Csv(Rows(gallery, items), writer)));
                break;
            case OutputFormat.Paths:
                IReadOnlyList<string> leftOut = [];
                ToStream(context, output, stream => WithWriter(stream, writer => leftOut = PathLines.Write(writer, items.Select(item => item.Path), context.Get(_null) ? '\0' : '\n')));
                if (leftOut.Count > 0)
                {
                    context.Talk.Warn(Talk.LeftOut(leftOut.Count));
                    code = ExitCodes.PartialFailure;
                }
                break;
            case OutputFormat.JsonLines:
                ToStream(context, output, stream => GalleryExport.JsonLines(Rows(gallery, items), stream));
                break;
            default:
                ToStream(context, output, stream => GalleryExport.Json(Rows(gallery, items), stream));
                break;
        }
        if (output is not null)
            context.Talk.Say($"{Printable.Pictures(items.Count)} to {output}");
        return Task.FromResult(code);
    }

    private static OutputFormat? FormatOf(string? output) => Path.GetExtension(output)?.ToLowerInvariant() switch
    {
        ".json" => OutputFormat.Json,
        ".jsonl" or ".ndjson" => OutputFormat.JsonLines,
        ".csv" => OutputFormat.Csv,
        ".npy" => OutputFormat.Npy,
        ".txt" => OutputFormat.Paths,
        _ => null,
    };

    private static IEnumerable<ItemRecord> Rows(Gallery gallery, IEnumerable<GalleryItem> items)
    {
        var tags = gallery.AllTags();
        var sidecars = gallery.Sidecars();
        return items.Select(item => ItemRecord.Of(item, tags.GetValueOrDefault(item.Id) ?? [], [.. sidecars.GetValueOrDefault(item.Id, []).Select(sidecar => sidecar.Path)]));
    }

    private static (long[] Ids, Matrix Vectors) Vectors(Gallery gallery, List<GalleryItem> items, CancellationToken cancellationToken)
    {
        var (ids, vectors) = gallery.ProjectedVectors(cancellationToken);
        var wanted = items.Select(item => item.Id).ToHashSet();
        var rows = Enumerable.Range(0, ids.Length).Where(row => wanted.Contains(ids[row])).ToArray();
        if (rows.Length == ids.Length)
            return (ids, vectors);
        var some = new Matrix(rows.Length, vectors.Columns);
        for (var i = 0; i < rows.Length; i++)
            vectors.Row(rows[i]).CopyTo(some.Row(i));
        return ([.. rows.Select(row => ids[row])], some);
    }

    private static void ToStream(VerbContext context, string? output, Action<Stream> write)
    {
        if (output is null)
        {
            context.Host.Output.Flush();
            write(context.Host.Output.BaseStream);
            context.Host.Output.BaseStream.Flush();
            return;
        }
        WholeFile.Write(output, write);
    }

    private static void WithWriter(Stream stream, Action<TextWriter> write)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        write(writer);
    }
}
