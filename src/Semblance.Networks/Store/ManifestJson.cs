using System.Text.Json;
using System.Text.Json.Nodes;

namespace Semblance.Networks.Store;

/// <summary>Reads and writes manifests key by key, so that each fault can be named and foreign keys survive.</summary>
internal static class ManifestJson
{
    public static JsonSerializerOptions Formatting { get; } = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ModelManifest Read(JsonObject source, string name)
    {
        var reader = new Reader(source, name, "");
        return new ModelManifest
        {
            Id = reader.Text("id"),
            Sha256 = reader.Text("sha256"),
            AddedSha256 = reader.OptionalText("added_sha256"),
            Kind = reader.Choice<SpaceKind>("kind"),
            Modality = reader.Choice<Modality>("modality"),
            Dimension = reader.Positive("dimension"),
            Input = ReadInput(reader.Object("input")),
            Taps = reader.List("taps", (item, path) => ReadTap(item as JsonObject is { } tap ? new Reader(tap, name, path + ".") : throw reader.Wrong(path, "an object"))),
            Normalise = reader.Flag("normalise"),
            TrainedOn = reader.OptionalText("trained_on"),
            Licence = reader.OptionalText("licence"),
            Source = source,
        };
    }

    public static JsonObject Write(ModelManifest manifest)
    {
        var result = manifest.Source?.DeepClone().AsObject() ?? [];
        result["id"] = manifest.Id;
        result["sha256"] = manifest.Sha256;
        if (manifest.AddedSha256 is not null)
            result["added_sha256"] = manifest.AddedSha256;
        result["kind"] = manifest.Kind.Name();
        result["modality"] = manifest.Modality.Name();
        result["dimension"] = manifest.Dimension;
        var (input, target) = (manifest.Input, Child(result, "input"));
        target["width"] = input.Width;
        target["height"] = input.Height;
        target["channels"] = input.Channels.ToString().ToLowerInvariant();
        target["layout"] = input.Layout.ToString().ToLowerInvariant();
        target["mean"] = new JsonArray([.. input.Mean.Select(m => JsonValue.Create(m))]);
        target["std"] = new JsonArray([.. input.Std.Select(s => JsonValue.Create(s))]);
        target["scale"] = input.Scale;
        target["resize"] = input.Resize.ToString().ToLowerInvariant();
        result["taps"] = Taps(manifest, result["taps"] as JsonArray);
        result["normalise"] = manifest.Normalise;
        if (manifest.TrainedOn is not null)
            result["trained_on"] = manifest.TrainedOn;
        if (manifest.Licence is not null)
            result["licence"] = manifest.Licence;
        return result;
    }

    private static JsonObject Child(JsonObject parent, string key)
    {
        if (parent[key] is not JsonObject child)
            parent[key] = child = [];
        return child;
    }

    private static JsonArray Taps(ModelManifest manifest, JsonArray? before)
    {
        var taps = new JsonArray();
        foreach (var tap in manifest.Taps)
        {
            var old = before?.FirstOrDefault(item => item?["output"]?.GetValue<string>() == tap.Output);
            var target = old?.DeepClone().AsObject() ?? [];
            target["output"] = tap.Output;
            target["pooling"] = tap.Pooling.ToString().ToLowerInvariant();
            if (tap.Pooling == Pooling.Gem)
                target["gem_p"] = tap.GemP;
            if (tap.Weight != 1 || target.ContainsKey("weight"))
                target["weight"] = tap.Weight;
            taps.Add(target);
        }
        return taps;
    }

    private static ModelInput ReadInput(Reader reader)
    {
        var input = new ModelInput(
            reader.Positive("width"),
            reader.Positive("height"),
            reader.Choice<ChannelOrder>("channels"),
            reader.Choice<TensorLayout>("layout"),
            reader.Numbers("mean"),
            reader.Numbers("std"),
            reader.Number("scale"),
            reader.Choice<ResizeRule>("resize"));
        if (input.Mean.Count != 3)
            throw reader.Wrong("mean", "three numbers, one per channel");
        if (input.Std.Count != 3 || input.Std.Any(s => s <= 0))
            throw reader.Wrong("std", "three positive numbers, one per channel");
        return input;
    }

    private static ModelTap ReadTap(Reader reader)
    {
        var pooling = reader.Choice<Pooling>("pooling");
        var power = pooling == Pooling.Gem ? reader.Number("gem_p") : 3;
        if (power <= 0)
            throw reader.Wrong("gem_p", "a positive number");
        var weight = reader.OptionalNumber("weight") ?? 1;
        return weight > 0 ? new ModelTap(reader.Text("output"), pooling, power) { Weight = weight } : throw reader.Wrong("weight", "a positive number");
    }

    private sealed class Reader(JsonObject source, string name, string prefix)
    {
        public string Text(string key) => Required(key) is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : throw Wrong(key, "a text");

        public string Text(string key, ReadOnlySpan<string> allowed)
        {
            var text = Text(key);
            return allowed.Contains(text) ? text : throw Wrong(key, "one of " + string.Join(", ", allowed.ToArray()));
        }

        public string? OptionalText(string key) => source[key] is null ? null : Text(key);

        public bool Flag(string key) => Required(key) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Wrong(key, "true or false");

        public double Number(string key) => Required(key) is JsonValue value && value.TryGetValue<double>(out var number) ? number : throw Wrong(key, "a number");

        public double? OptionalNumber(string key) => source[key] is null ? null : Number(key);

        public int Positive(string key)
        {
            var number = Number(key);
            return number is >= 1 and <= int.MaxValue && number == Math.Floor(number) ? (int)number : throw Wrong(key, "a whole number above zero");
        }

        public T Choice<T>(string key)
            where T : struct, Enum
        {
            // By name and not by Enum.TryParse, which takes numbers too.
            var names = Enum.GetNames<T>().Select(n => n.ToLowerInvariant()).ToArray();
            return Enum.GetValues<T>()[Array.IndexOf(names, Text(key, names))];
        }

        public List<double> Numbers(string key) => List(key, (item, path) => item is JsonValue value && value.TryGetValue<double>(out var number) ? number : throw Wrong(path, "a number"));

        public List<T> List<T>(string key, Func<JsonNode?, string, T> read)
        {
            if (Required(key) is not JsonArray { Count: > 0 } array)
                throw Wrong(key, "a list with at least one element");
            return [.. array.Select((item, i) => read(item, $"{key}[{i}]"))];
        }

        public Reader Object(string key) => Required(key) is JsonObject child ? new Reader(child, name, prefix + key + ".") : throw Wrong(key, "an object");

        public ModelException Wrong(string key, string expected) => new($"'{name}': the key '{prefix}{key}' must be {expected}.");

        private JsonNode Required(string key) => source[key] ?? throw new ModelException($"'{name}' lacks the key '{prefix}{key}', which every model needs.");
    }
}
