using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Semblance.Networks.Tfjs;

/// <summary>A weight or other constant in TensorFlow's own axis order: floats, or integers for shapes, axes and permutations.</summary>
internal sealed record TfjsConstant(int[] Shape, float[]? Floats, int[]? Integers)
{
    public int Count => Floats?.Length ?? Integers!.Length;
}

/// <summary>A node of the graph. <see cref="Inputs"/> are names of nodes, without output numbers and control edges.</summary>
internal sealed record TfjsNode(string Name, string Operator, IReadOnlyList<string> Inputs, JsonObject Attributes)
{
    public string? Text(string key) => Attributes[key]?["s"] is { } text ? Decode(text) : null;

    public double Number(string key, double missing) => Attributes[key]?["f"] is { } number ? AsDouble(number) : missing;

    public bool Flag(string key) => Attributes[key]?["b"] is JsonValue flag && flag.GetValueKind() == JsonValueKind.True;

    public int[] Integers(string key) => Attributes[key]?["list"]?["i"] is JsonArray list ? [.. list.Select(i => (int)AsDouble(i!))] : [];

    public string[] Texts(string key) => Attributes[key]?["list"]?["s"] is JsonArray list ? [.. list.Select(s => Decode(s!))] : [];

    // Strings travel in base64 and 64-bit integers in quotes.
    private static string Decode(JsonNode node) => System.Text.Encoding.UTF8.GetString(System.Convert.FromBase64String(node.GetValue<string>()));

    internal static double AsDouble(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? double.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture) : node.AsValue().GetValue<double>();
}

/// <summary>
/// A TensorFlow.js graph model as stored: topology in JSON (or a JavaScript literal), weights in one run of bytes, each
/// plain or quantised (8 or 16 bits linear with scale and minimum, or half precision). Weights are decoded when asked for.
/// </summary>
internal sealed class TfjsModel
{
    private readonly string _file;
    private readonly byte[] _bytes;
    private readonly Dictionary<string, (JsonNode Entry, int Offset)> _weights = [];

    private TfjsModel(string file, Dictionary<string, TfjsNode> nodes, JsonNode manifest, byte[] bytes)
    {
        _file = file;
        _bytes = bytes;
        Nodes = nodes;
        var offset = 0;
        foreach (var entry in manifest.AsArray().SelectMany(group => group!["weights"]!.AsArray()))
        {
            _weights[entry!["name"]!.GetValue<string>()] = (entry, offset);
            offset = checked(offset + Count(entry) * ElementSize(StoredType(entry)));
        }
        if (offset != bytes.Length)
            throw new TfjsImportException($"'{file}' describes {offset} bytes of weights and its weight files hold {bytes.Length}; fetch the files again.");
    }

    public IReadOnlyDictionary<string, TfjsNode> Nodes { get; }

    public static TfjsModel Read(string file)
    {
        if (!File.Exists(file))
            throw new TfjsImportException($"There is no TensorFlow.js model at '{file}'.");
        try
        {
            var root = ReadTree(file);
            if (root["modelTopology"]?["node"] is not JsonArray topology || root["weightsManifest"] is not JsonArray manifest)
                throw new TfjsImportException($"'{file}' is not a TensorFlow.js graph model (it needs 'modelTopology.node' and 'weightsManifest'); convert a layers model with tensorflowjs_converter first.");
            var nodes = topology.Select(node => ReadNode(node!)).ToDictionary(node => node.Name);
            return new TfjsModel(file, nodes, manifest, ReadWeights(file, manifest));
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException or NullReferenceException or OverflowException or ArgumentException)
        {
            throw new TfjsImportException($"'{file}' is damaged: {failure.Message}");
        }
    }

    public TfjsConstant Constant(string name)
    {
        if (!_weights.TryGetValue(name, out var weight))
            throw new TfjsImportException($"'{_file}' has no weights for its constant '{name}'.");
        var (entry, offset) = weight;
        var shape = Shape(entry);
        var count = Count(entry);
        var stored = StoredType(entry);
        var bytes = _bytes.AsSpan(offset, count * ElementSize(stored));
        if (entry["dtype"]!.GetValue<string>() is "int32" or "bool")
            return new TfjsConstant(shape, null, Integers(bytes, stored, name));

        var values = new float[count];
        switch (stored)
        {
            case "float32":
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case "float16":
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case "uint8" or "uint16":
                var scale = (float)TfjsNode.AsDouble(entry["quantization"]!["scale"]!);
                var minimum = (float)TfjsNode.AsDouble(entry["quantization"]!["min"]!);
                for (var i = 0; i < count; i++)
                    values[i] = (stored == "uint8" ? bytes[i] : MemoryMarshal.Cast<byte, ushort>(bytes)[i]) * scale + minimum;
                break;
            default:
                throw new TfjsImportException($"'{_file}' stores the weight '{name}' as '{stored}', which is not supported.");
        }
        return new TfjsConstant(shape, values, null);
    }

    private int[] Integers(ReadOnlySpan<byte> bytes, string stored, string name) => stored switch
    {
        "int32" => MemoryMarshal.Cast<byte, int>(bytes).ToArray(),
        "bool" => [.. bytes.ToArray().Select(b => (int)b)],
        _ => throw new TfjsImportException($"'{_file}' stores the integers '{name}' as '{stored}', which is not supported."),
    };

    private static JsonNode ReadTree(string file)
    {
        var text = File.ReadAllText(file);
        var root = file.EndsWith(".js", StringComparison.OrdinalIgnoreCase) ? JavaScriptLiteral.ReadExport(text, file) : JsonNode.Parse(text);
        return root as JsonObject ?? throw new TfjsImportException($"'{file}' holds no model.");
    }

    private static TfjsNode ReadNode(JsonNode node)
    {
        var inputs = node["input"] is JsonArray array ? array.Select(i => i!.GetValue<string>()) : [];
        return new TfjsNode(
            node["name"]!.GetValue<string>(),
            node["op"]!.GetValue<string>(),
            [.. inputs.Where(i => !i.StartsWith('^')).Select(i => i.Split(':')[0])],
            node["attr"] as JsonObject ?? []);
    }

    private static byte[] ReadWeights(string file, JsonArray manifest)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        using var all = new MemoryStream();
        foreach (var path in manifest.SelectMany(group => group!["paths"]!.AsArray()).Select(path => path!.GetValue<string>()))
        {
            if (Path.GetFileName(path) != path)
                throw new TfjsImportException($"'{file}' refers to weights outside its folder ('{path}').");
            var plain = Path.Combine(folder, path);
            var script = plain + ".min.js";
            if (File.Exists(plain))
                all.Write(File.ReadAllBytes(plain));
            else if (File.Exists(script))
                all.Write(System.Convert.FromBase64String(JavaScriptLiteral.ReadExport(File.ReadAllText(script), script)!.GetValue<string>()));
            else
                throw new TfjsImportException($"'{file}' needs its weight file '{plain}' and it is not there.");
        }
        return all.ToArray();
    }

    private static int[] Shape(JsonNode entry) => [.. entry["shape"]!.AsArray().Select(d => (int)TfjsNode.AsDouble(d!))];

    private static int Count(JsonNode entry) => Shape(entry).Aggregate(1, (a, b) => checked(a * b));

    private static string StoredType(JsonNode entry) => (entry["quantization"]?["dtype"] ?? entry["dtype"]!).GetValue<string>();

    private int ElementSize(string type) => type switch
    {
        "float32" or "int32" => 4,
        "float16" or "uint16" => 2,
        "uint8" or "bool" => 1,
        _ => throw new TfjsImportException($"'{_file}' stores weights as '{type}', which is not supported."),
    };
}
