using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Semblance.Networks.Tests;

/// <summary>Writes small TensorFlow.js graph models for the tests.</summary>
internal sealed class TinyTfjs
{
    private readonly JsonArray _nodes = [];
    private readonly JsonArray _weights = [];
    private readonly List<byte> _bytes = [];
    private readonly Random _random = new(7);

    public TinyTfjs(params int[] inputShape) =>
        _nodes.Add(new JsonObject
        {
            ["name"] = "input",
            ["op"] = "Placeholder",
            ["attr"] = new JsonObject { ["shape"] = new JsonObject { ["shape"] = new JsonObject { ["dim"] = new JsonArray([.. inputShape.Select(s => new JsonObject { ["size"] = s.ToString(CultureInfo.InvariantCulture) })]) } } },
        });

    public float[] RandomFloats(string name, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (_random.NextSingle() * 2) - 1;
        Floats(name, values, shape);
        return values;
    }

    public void Floats(string name, float[] values, params int[] shape) => Weight(name, "float32", null, MemoryMarshal.AsBytes<float>(values), shape);

    public void Halves(string name, Half[] values, params int[] shape) =>
        Weight(name, "float32", new JsonObject { ["dtype"] = "float16", ["original_dtype"] = "float32" }, MemoryMarshal.AsBytes<Half>(values), shape);

    public void Quantised(string name, byte[] values, double scale, double minimum, params int[] shape) =>
        Weight(name, "float32", new JsonObject { ["dtype"] = "uint8", ["scale"] = scale, ["min"] = minimum }, values, shape);

    public void Integers(string name, int[] values, params int[] shape) => Weight(name, "int32", null, MemoryMarshal.AsBytes<int>(values), shape);

    public void Node(string name, string operation, string[] inputs, JsonObject? attributes = null) =>
        _nodes.Add(new JsonObject { ["name"] = name, ["op"] = operation, ["input"] = new JsonArray([.. inputs.Select(i => JsonValue.Create(i))]), ["attr"] = attributes ?? [] });

    public static JsonObject Window(int stride, string padding, int kernel = 0, string[]? fused = null)
    {
        var step = stride.ToString(CultureInfo.InvariantCulture);
        var size = kernel.ToString(CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["strides"] = Integers("1", step, step, "1"),
            ["ksize"] = Integers("1", size, size, "1"),
            ["padding"] = Text(padding),
            ["data_format"] = Text("NHWC"),
            ["fused_ops"] = new JsonObject { ["list"] = new JsonObject { ["s"] = new JsonArray([.. (fused ?? []).Select(f => JsonValue.Create(Base64(f)))]) } },
        };
    }

    public static JsonObject Text(string text) => new() { ["s"] = Base64(text) };

    public string Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "model.json"), Root("weights.bin").ToJsonString());
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), _bytes.ToArray());
        return Path.Combine(folder, "model.json");
    }

    /// <summary>The same as two bundled scripts, minified as UglifyJS does it.</summary>
    public string SaveScripts(string folder)
    {
        const string Head = "!function(t){if(\"object\"==typeof exports)module.exports=t()}(function(){return function t(e,a,l){return a}({1:[function(t,e,a){e.exports=";
        const string Tail = "},{}]},{},[1])(1)});";
        Directory.CreateDirectory(folder);
        var bytes = _bytes.ToArray();
        var half = bytes.Length / 2;
        File.WriteAllText(Path.Combine(folder, "model.min.js"), Head + Literal(Root("part1", "part2")) + Tail);
        File.WriteAllText(Path.Combine(folder, "part1.min.js"), Head + '"' + Convert.ToBase64String(bytes[..half]) + '"' + Tail);
        File.WriteAllText(Path.Combine(folder, "part2.min.js"), Head + '"' + Convert.ToBase64String(bytes[half..]) + '"' + Tail);
        return Path.Combine(folder, "model.min.js");
    }

    private JsonObject Root(params string[] files) => new()
    {
        ["format"] = "graph-model",
        ["modelTopology"] = new JsonObject { ["node"] = _nodes.DeepClone() },
        ["weightsManifest"] = new JsonArray(new JsonObject { ["paths"] = new JsonArray([.. files.Select(f => JsonValue.Create(f))]), ["weights"] = _weights.DeepClone() }),
    };

    private void Weight(string name, string type, JsonObject? quantisation, ReadOnlySpan<byte> bytes, int[] shape)
    {
        var entry = new JsonObject { ["name"] = name, ["dtype"] = type, ["shape"] = new JsonArray([.. shape.Select(s => JsonValue.Create(s))]) };
        if (quantisation is not null)
            entry["quantization"] = quantisation;
        _weights.Add(entry);
        _nodes.Add(new JsonObject { ["name"] = name, ["op"] = "Const" });
        _bytes.AddRange(bytes);
    }

    private static JsonObject Integers(params string[] values) => new() { ["list"] = new JsonObject { ["i"] = new JsonArray([.. values.Select(v => JsonValue.Create(v))]) } };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Literal(JsonNode? node) => node switch
    {
        JsonObject o => "{" + string.Join(',', o.Select(p => (p.Key.All(char.IsAsciiLetter) ? p.Key : $"\"{p.Key}\"") + ":" + Literal(p.Value))) + "}",
        JsonArray a => "[" + string.Join(',', a.Select(Literal)) + "]",
        null => "null",
        _ => node.ToJsonString() switch
        {
            "true" => "!0",
            "false" => "!1",
            var text when text.StartsWith("0.", StringComparison.Ordinal) => text[1..],
            var text when text.StartsWith("-0.", StringComparison.Ordinal) => "-" + text[2..],
            var text => text,
        },
    };
}
