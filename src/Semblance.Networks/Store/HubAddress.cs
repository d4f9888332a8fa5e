using System.Text.Json;
using System.Text.Json.Nodes;

namespace Semblance.Networks.Store;

/// <summary><c>hf:OWNER/NAME[/FILE]</c>: a repository of the Hugging Face hub, and perhaps a file in it.</summary>
internal sealed record HubAddress(string Owner, string Name, string? File)
{
    public const string Scheme = "hf:";

    private static readonly string[] s_usualFiles = ["onnx/model.onnx", "model.onnx"];

    public static HubAddress Parse(string text)
    {
        var pieces = text[Scheme.Length..].Split('/', 3);
        if (pieces.Length < 2 || pieces.Any(p => p.Length == 0) || pieces.Any(p => p.Split('/').Any(step => step is "." or "..")))
            throw new ModelException($"'{text}' is no name on the hub; write hf:OWNER/NAME or hf:OWNER/NAME/FILE.");
        return new HubAddress(pieces[0], pieces[1], pieces.Length == 3 ? pieces[2] : null);
    }

    public Uri FileAddress(string endpoint, string file) => new($"{endpoint.TrimEnd('/')}/{Owner}/{Name}/resolve/main/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>The repository's network when none was named: the usual name, or the only one there is.</summary>
    public async Task<string> ChooseFileAsync(ModelDownloader downloader, string endpoint, CancellationToken cancellationToken)
    {
        if (File is not null)
            return File;
        var address = new Uri($"{endpoint.TrimEnd('/')}/api/models/{Owner}/{Name}");
        var answer = await downloader.ReadTextAsync(address, cancellationToken) ?? throw new ModelException($"The hub has no model '{Owner}/{Name}' ('{address}' answered 404); check the spelling.");
        List<string> networks;
        try
        {
            networks = [.. JsonNode.Parse(answer)?["siblings"]?.AsArray().Select(s => s!["rfilename"]!.GetValue<string>()).Where(f => f.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) ?? []];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new ModelException($"'{address}' did not answer with a list of files; name the file: hf:{Owner}/{Name}/FILE.", failure);
        }
        if (networks.Count == 0)
            throw new ModelException($"The model '{Owner}/{Name}' has no .onnx file; export it to ONNX and add the file.");
        return s_usualFiles.FirstOrDefault(networks.Contains) ?? (networks.Count == 1 ? networks[0] : throw new ModelException($"The model '{Owner}/{Name}' has several networks; name one: {string.Join(", ", networks.Take(20).Select(n => $"hf:{Owner}/{Name}/{n}"))}."));
    }
}
