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
        if (!context.Models.List().Any(stored => stored.Folder == model.Folder))
            ModelWords.WarnOfDenormals(context, model);
        using var manifest = JsonDocument.Parse(model.Manifest.ToJson());
        if (context.Printer.Format == OutputFormat.Json)
        {
            context.Printer.Json(json =>
            {
                json.WriteStartObject();
                foreach (var property in manifest.RootElement.EnumerateObject())
                    property.WriteTo(json);
                json.WriteString("identity", model.Identity);
                json.WriteString("folder", model.Folder);
                json.WriteStartArray("guesses");
                foreach (var guess in model.Guesses)
                    json.WriteStringValue(guess);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return Task.FromResult(ExitCodes.Ok);
        }
        context.Printer.Pairs([.. Lines("", manifest.RootElement), ("identity", model.Identity), ("folder", model.Folder)]);
        foreach (var guess in model.Guesses)
            context.Talk.Say("Guessed: " + guess);
        return Task.FromResult(ExitCodes.Ok);
    }

    // A line for each value; lists of values, and objects in lists, in one.
    private static IEnumerable<(string Name, object? Value)> Lines(string prefix, JsonElement parent) => parent.EnumerateObject().SelectMany(property => property.Value.ValueKind switch
    {
        JsonValueKind.Object => Lines(prefix + property.Name + " ", property.Value),
        JsonValueKind.Array when property.Value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object) => property.Value.EnumerateArray().Select(item => (prefix + property.Name, (object?)OneLine(item))),
        _ => [(prefix + property.Name, OneLine(property.Value))],
    });

    private static string OneLine(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(OneLine)),
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(property => $"{property.Name} {OneLine(property.Value)}")),
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
