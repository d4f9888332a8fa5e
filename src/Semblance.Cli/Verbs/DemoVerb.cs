using System.CommandLine;
using System.Globalization;
using Semblance.Cli.Demo;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

internal sealed class DemoVerb : Verb
{
    private readonly Argument<string?> _folder = new("dir") { Arity = ArgumentArity.ZeroOrOne, Description = "Your pictures; without it, the emoji of two vendors that come with the program" };

    private readonly Setting<string?> _output = Setting.Text("output", "FILE", "The page to write (default: demo.html in the gallery)", "-o");

    private readonly Setting<string?> _model = Setting.Text("model", "MODEL", "Model for a new gallery (default: resnet18)", "-m");

    public override IReadOnlyList<Argument> Arguments => [_folder];

    public override IReadOnlyList<Setting> Settings => [_output, _model];

    public override string Details => """
        Indexes (a second run does only what changed), searches, and writes one self-contained page to look at; its name is
        the last line. The emoji are the same signs drawn by two vendors, so the right answers are known: the figure is the
        share of signs whose other vendor's drawing comes first among all drawings of that vendor.
        The gallery is ./semblance-demo unless --gallery names another.
        """;

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance demo", "On the emoji"),
        ("semblance demo ~/Pictures", "On your own pictures"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var typed = context.Get(_folder);
        var galleryFolder = context.Get(context.Common.Gallery) is null ? Path.Combine(context.Host.CurrentFolder, "semblance-demo") : context.GalleryFolder;
        var folder = typed is null ? DemoPictures.Unpack(UserFolders.Cache(context.Host), cancellationToken) : IngestSettings.Folders(context, [typed])[0];
        var model = await ModelChoice.ResolveAsync(context, context.Get(_model), cancellationToken);
        using var gallery = context.OpenGallery(create: true, model: model, folder: galleryFolder);
        ModelPreparation.Announce(context, gallery.Space?.Model ?? model);
        var report = await ProgressView.RunAsync(context.Host, context.IsSilent, progress => gallery.IngestAsync(folder, new IngestOptions { Progress = progress }, cancellationToken));
        context.Talk.Say(report.Added + report.Updated > 0
            ? $"Indexed {Printable.Pictures(report.Added + report.Updated)} in {Printable.Duration(report.Seconds)} ({report.ImagesPerSecond:0} pictures/s)."
            : $"{Printable.Pictures(report.Unchanged)}, nothing new to index.");
        IngestSettings.SayFailures(context, report);
        if (gallery.CountItems() == 0)
            throw new UsageException($"There is no picture in '{folder}' that this machine can decode.");

        var output = context.FullPath(context.Get(_output) ?? Path.Combine(gallery.Folder, "demo.html"));
        if (typed is null)
        {
            var result = EmojiDemo.Run(gallery, folder, context.Seed, cancellationToken);
            Pages.Write(context, output, result.Page(report), cancellationToken);
            Print(context, result, gallery, output);
        }
        else
        {
            var result = await FolderDemo.RunAsync(gallery, folder, context.Seed, cancellationToken);
            Pages.Write(context, output, result.Page(report), cancellationToken);
            Print(context, result, gallery, output);
        }
        if (context.Printer.Format == OutputFormat.Table)
            context.Printer.Writer.WriteLine($"Page: {output}");
        else
            context.Talk.Say($"Page: {output}");
        return report.Failed > 0 ? ExitCodes.PartialFailure : ExitCodes.Ok;
    }

    private static void Print(VerbContext context, EmojiDemo result, Gallery gallery, string page)
    {
        if (context.Printer.Format == OutputFormat.Table)
        {
            context.Printer.Table(
                [
                    new("drawings of", way => way.From),
                    new("among those of", way => way.To),
                    new("signs", way => way.Signs),
                    new("own sign first", way => way.First, Shown: way => way.First.ToString("0.0%", CultureInfo.InvariantCulture)) { AlignRight = true },
                    new("in the first five", way => way.FirstFive, Shown: way => way.FirstFive.ToString("0.0%", CultureInfo.InvariantCulture)) { AlignRight = true },
                ],
                result.Ways);
            return;
        }
        context.Printer.One(WireJson.Default.EmojiDemoRecord, result.Record(gallery, page));
    }

    private static void Print(VerbContext context, FolderDemo result, Gallery gallery, string page)
    {
        if (context.Printer.Format == OutputFormat.Table)
        {
            context.Printer.Table(
                [
                    new("query", answer => Path.GetRelativePath(result.Folder, answer.Query.Path)),
                    new("score", answer => answer.Hits.Count > 0 ? answer.Hits[0].Score : null, Shown: answer => answer.Hits.Count > 0 ? answer.Hits[0].Score.ToString("0.000", CultureInfo.InvariantCulture) : ""),
                    new("word", answer => answer.Hits.Count > 0 ? answer.Hits[0].Word.Text() : null),
                    new("most similar", answer => answer.Hits.Count > 0 ? Path.GetRelativePath(result.Folder, answer.Hits[0].Path) : null),
                ],
                result.Answers);
            return;
        }
        context.Printer.One(WireJson.Default.DemoRecord, new DemoRecord(gallery.Folder, gallery.CountItems(), [.. result.Answers.Select(answer => answer.Query.Path)], page));
    }
}
