using System.CommandLine;
using System.Text.Json;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;

namespace Semblance.Cli.Verbs;

internal sealed class ModelShowVerb : Verb
{
    private readonly Argument<string> _model = new("model") { Description = "A model's name, folder or .onnx file" };

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override string Details => "Prints the model's manifest, with the folder it lies in and what was guessed.";

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var typed = context.Get(_model);
        var path = context.FullPath(typed);
        var model = context.Models.Find(File.Exists(path) || Directory.Exists(path) ? path : typed);
        using var manifest = JsonDocument.Parse(model.Manifest.ToJson());
        if (context.Printer.Format == OutputFormat.Json)
        {
            context.Printer.Json(json =>
            {
                json.WriteStartObject();
                foreach (var property in manifest.RootElement.EnumerateObject())
                    property.WriteTo(json);
                json.WriteString("folder", model.Folder);
                json.WritePropertyName("guesses");
                Printer.WriteValue(json, model.Guesses);
                json.WriteEndObject();
            });
            return Task.FromResult(ExitCodes.Ok);
        }
        context.Printer.Facts(
        [
            .. manifest.RootElement.EnumerateObject().Select(property => (property.Name, (object?)property.Value.ToString())),
            ("folder", model.Folder),
        ]);
        foreach (var guess in model.Guesses)
            context.Talk.Say("Guessed: " + guess);
        return Task.FromResult(ExitCodes.Ok);
    }
}
