using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

namespace Semblance.Cli.Verbs;

internal sealed class ReindexVerb : Verb
{
    private readonly Setting<string?> _model = Setting.Text("model", "MODEL", "The model to switch to: a name from 'semblance models', an .onnx file or a model folder", "-m");

    private readonly Setting<int> _batch = Setting.WholeNumber("batch", "Pictures that go through the model together (default: 8)", 8, 1);

    private readonly Setting<double?> _maxMegapixels = Setting.OptionalNumber("max-megapixels", "N", "Skip pictures that are larger (default: 100)", 0.01, 10_000);

    private readonly IndexSettings _index = new();

    public override IReadOnlyList<Setting> Settings => [_model, _batch, _maxMegapixels, .. _index.All];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines, OutputFormat.Csv];

    public override string Details => "The new vectors are made beside the old, which go on answering until the new are complete. A stopped run goes on when repeated. The old space is kept.";

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples => [("semblance reindex --model my-clip", "Switch to a model added with 'semblance models add'")];

    public override async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var model = await ModelChoice.ResolveAsync(context, context.Get(_model), cancellationToken) ?? throw new UsageException("reindex needs --model MODEL; 'semblance models' lists them.");
        using var gallery = context.OpenGallery();
        ModelPreparation.Announce(context, model);
        _index.Apply(context, gallery);
        var report = await ProgressView.RunAsync(
            context.Host,
            context.IsSilent,
            progress => gallery.ReindexAsync(
                model,
                new IngestOptions { Batch = context.Get(_batch), MaxMegapixels = context.Get(_maxMegapixels) ?? new IngestOptions().MaxMegapixels, Progress = progress },
                cancellationToken));
        return IngestSettings.Print(context, report);
    }
}
