using System.Text.Json;
using Semblance.Cli.Frame;

namespace Semblance.Cli.Settings;

/// <summary>
/// A <c>semblance.json</c>: keys are flag names, at the top for every verb or under a verb's name for that verb alone:
/// <c>{ "threads": 4, "search": { "k": 20 } }</c>.
/// </summary>
internal sealed class SettingsFile
{
    public const string Name = "semblance.json";

    private readonly JsonElement _root;

    private SettingsFile(string path, JsonElement root)
    {
        Path = path;
        _root = root;
    }

    public string Path { get; }

    /// <summary>The file in this folder, or null when there is none.</summary>
    /// <exception cref="UsageException">It cannot be read as a JSON object.</exception>
    public static SettingsFile? Open(string folder)
    {
        var path = System.IO.Path.Combine(folder, Name);
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new SettingsFile(path, document.RootElement.Clone())
                : throw new UsageException($"{path}: a settings file is one JSON object, e.g. {{ \"threads\": 4 }}.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path}: not readable as JSON (line {e.LineNumber + 1}). Correct or remove the file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: cannot be read ({e.Message}). Correct its permissions or remove it.");
        }
    }

    /// <summary>The value for a verb: its own section first, then its parents', then the top.</summary>
    /// <param name="verbs">Path of the verb, e.g. <c>["tag", "suggest"]</c>.</param>
    public JsonElement? Find(string key, IReadOnlyList<string> verbs)
    {
        JsonElement? found = Value(_root, key);
        var section = _root;
        foreach (var verb in verbs)
        {
            if (!section.TryGetProperty(verb, out section) || section.ValueKind != JsonValueKind.Object)
                break;
            found = Value(section, key) ?? found;
        }
        return found;
    }

    /// <summary>Refuses unknown keys and wrong types, naming file and key.</summary>
    /// <exception cref="UsageException">A key or value that no verb takes.</exception>
    public void Check(CommonSettings common, IReadOnlyList<VerbEntry> verbs)
    {
        var made = verbs.Select(entry => (entry.Name, Verb: entry.Make())).ToArray();
        var everywhere = new Dictionary<string, List<Setting>>(StringComparer.Ordinal);
        Add(common.All, everywhere);
        foreach (var (_, verb) in made)
            AddAll(verb, everywhere);
        CheckSection(_root, "", everywhere, made, common);
    }

    private static JsonElement? Value(JsonElement section, string key) =>
        section.TryGetProperty(key, out var value) && value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null) ? value : null;

    private void CheckSection(JsonElement section, string prefix, Dictionary<string, List<Setting>> known, (string Name, Verb Verb)[] verbs, CommonSettings common)
    {
        foreach (var property in section.EnumerateObject())
        {
            var key = prefix + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object && Array.Find(verbs, verb => verb.Name == property.Name) is { Verb: { } inner })
            {
                var settings = new Dictionary<string, List<Setting>>(StringComparer.Ordinal);
                Add(common.All, settings);
                AddAll(inner, settings);
                CheckSection(property.Value, key + ".", settings, [.. inner.Verbs.Select(entry => (entry.Name, entry.Make()))], common);
            }
            else if (!known.TryGetValue(property.Name, out var candidates))
            {
                var near = WordDistance.Nearest(property.Name, known.Keys.Concat(verbs.Select(verb => verb.Name)));
                throw new UsageException($"{Path}: '{key}' is not a setting{(near is null ? "" : $"; did you mean '{near}'?")} Keys are the names of flags, without dashes in front.");
            }
            else if (property.Value.ValueKind != JsonValueKind.Null && !candidates.Exists(setting => setting.Accepts(property.Value)))
            {
                throw new UsageException($"{Path}: '{key}' is {candidates[0].Expected}, not {property.Value.GetRawText()}.");
            }
        }
    }

    private static void AddAll(Verb verb, Dictionary<string, List<Setting>> settings)
    {
        Add(verb.Settings, settings);
        foreach (var entry in verb.Verbs)
            AddAll(entry.Make(), settings);
    }

    private static void Add(IReadOnlyList<Setting> added, Dictionary<string, List<Setting>> settings)
    {
        foreach (var setting in added)
        {
            if (!settings.TryGetValue(setting.Name, out var list))
                settings[setting.Name] = list = [];
            list.Add(setting);
        }
    }
}
