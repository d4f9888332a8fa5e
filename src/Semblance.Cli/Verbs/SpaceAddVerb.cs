using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Features;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class SpaceAddVerb : Verb
{
    private static readonly string s_views = string.Join(", ", PictureViews.All.Select(views => views.Name));

    private readonly Setting<string?> _model = Setting.Text("model", "MODEL", "Embed all pictures with this model, too: a name from 'semblance models', an .onnx file or a model folder", "-m");

    private readonly Setting<PictureViews?> _views = Setting.Parsed<PictureViews?>("views", "VIEWS", $"What of each picture is embedded: {s_views} (default: whole)", null, "one of " + s_views, text => PictureViews.Find(text) is { } views ? (true, views) : (false, null));

    private readonly Setting<(string Name, int Dimension)?> _head = Setting.Parsed<(string Name, int Dimension)?>("head", "HEAD:N", $"Make vectors of N bits or numbers from those of another space, without reading a picture: {string.Join(", ", VectorHeads.All.Select(head => head.Name))}", null, "a head and a number, such as itq:128", ReadHead);

    private readonly Setting<string?> _from = Setting.Text("from", "SPACE", "With --head: the space whose vectors it takes (default: the one in use)");

    public override IReadOnlyList<Setting> Settings => [_model, _views, _head, _from];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override string Details => "Searches go on meanwhile. A stopped run goes on when repeated.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance space add --model hsv", "Colours beside the network"),
        ("semblance space add --model resnet18 --views crops", "Also parts of pictures: five crops of each"),
        ("semblance space add --head itq:128", "Codes of 128 bits from the vectors there are"),
    ];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var (head, typed) = (context.Get(_head), context.Get(_model));
        if (head is null == (typed is null))
            throw new UsageException("space add takes either --model MODEL or --head HEAD:N.");
        using var gallery = context.OpenGallery();
        if (head is var (name, dimension))
        {
            if (context.Get(_views) is not null)
                throw new UsageException("--views goes with --model; a head takes the vectors there are.");
            var made = gallery.AddHeadSpace(name, dimension, context.Get(_from), cancellationToken);
            context.Talk.Say($"Added the space '{made.Name}'; --space {made.Name} searches it.");
            context.Printer.One(WireJson.Default.SpaceRecord, SpaceRecord.Of(made, gallery.Status()));
            return ExitCodes.Ok;
        }
        if (context.Get(_from) is not null)
            throw new UsageException("--from goes with --head.");
        var model = await ModelChoice.ResolveAsync(context, typed, cancellationToken);
        ModelPreparation.Announce(context, model);
        var report = await ProgressView.RunAsync(context.Host, context.IsSilent, progress => gallery.AddSpaceAsync(model!, context.Get(_views), new IngestOptions { Progress = progress }, cancellationToken));
        return IngestSettings.Print(context, report);
    }

    private static (bool Ok, (string Name, int Dimension)? Value) ReadHead(string text) =>
        text.Split(':') is [var name, var number] && VectorHeads.Find(name) is not null && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var dimension) && dimension is > 0 and <= 4096
            ? (true, (name, dimension))
            : (false, null);
}
