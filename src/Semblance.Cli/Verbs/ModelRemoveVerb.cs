using System.CommandLine;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Reports;

namespace Semblance.Cli.Verbs;

internal sealed class ModelRemoveVerb : Verb
{
    private readonly Argument<string> _model = new("model") { Description = "A model's name" };

    private readonly Setting<bool> _yes = Setting.Flag("yes", "Carry it out; without it, only say what would be removed", "-y");

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Setting> Settings => [_yes];

    public override IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json, OutputFormat.JsonLines];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var id = context.Get(_model);
        var model = context.Models.List().FirstOrDefault(model => model.Id == id) ?? throw new UsageException($"There is no model '{id}' in {context.Models.Folder}; 'semblance models' lists them.");
        var yes = context.Get(_yes);
        var removed = yes && context.Models.Remove(id);
        context.Printer.One(WireJson.Default.ModelRemovedRecord, new ModelRemovedRecord(id, model.Folder, removed));
        if (!yes)
            context.Talk.Say("Dry run: nothing was changed. Galleries made with the model could no longer search by new pictures. Add --yes to remove it.");
        return Task.FromResult(ExitCodes.Ok);
    }
}
