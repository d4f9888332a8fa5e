using System.Globalization;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>A node of the file, open to being merged with its neighbours.</summary>
internal sealed class FileNode
{
    private readonly Dictionary<string, AttributeProto> _attributes = new(StringComparer.Ordinal);

    public FileNode(NodeProto proto)
    {
        Operator = proto.Domain is "" or "ai.onnx" ? proto.OpType : $"{proto.Domain}:{proto.OpType}";
        Inputs = [.. proto.Input];
        Outputs = [.. proto.Output];
        Name = proto.Name.Length > 0 ? proto.Name : proto.Output.FirstOrDefault() ?? "";
        foreach (var attribute in proto.Attribute)
            _attributes[attribute.Name] = attribute;
    }

    /// <summary>A node that stands for several of the file.</summary>
    public FileNode(string operation, FileNode last, params string[] inputs)
    {
        Operator = operation;
        Inputs = [.. inputs];
        Outputs = [.. last.Outputs];
        Name = last.Name;
    }

    /// <summary>With its domain in front when that is not ONNX's own.</summary>
    public string Operator { get; }

    public List<string> Inputs { get; }

    public List<string> Outputs { get; }

    public string Name { get; init; }

    /// <summary>Applied to the result; nodes of the file that were merged into this one.</summary>
    public Activation Activation { get; set; }

    /// <summary>A tensor added before <see cref="Activation"/>.</summary>
    public string? Residual { get; set; }

    /// <summary>Whether it lies before the point up to which all is frozen.</summary>
    public bool Frozen { get; set; }

    public bool Has(string attribute) => _attributes.ContainsKey(attribute);

    public int Integer(string attribute, int usual) => _attributes.TryGetValue(attribute, out var found) ? ToInt(found.I, attribute) : usual;

    public float Number(string attribute, float usual) => _attributes.TryGetValue(attribute, out var found) ? found.F : usual;

    public string Text(string attribute, string usual) => _attributes.TryGetValue(attribute, out var found) ? found.S.ToStringUtf8() : usual;

    public int[]? Integers(string attribute) => _attributes.TryGetValue(attribute, out var found) ? [.. found.Ints.Select(value => ToInt(value, attribute))] : null;

    public AttributeProto? Attribute(string attribute) => _attributes.GetValueOrDefault(attribute);

    /// <summary>Takes over what another node has.</summary>
    public void CopyAttributes(FileNode other)
    {
        foreach (var (name, attribute) in other._attributes)
            _attributes[name] = attribute;
    }

    /// <summary>Text that is equal for nodes of equal settings.</summary>
    public string Settings() => string.Join(' ', _attributes.Values.OrderBy(attribute => attribute.Name, StringComparer.Ordinal).Select(attribute => attribute.ToString()));

    public bool HasInput(int index) => index < Inputs.Count && Inputs[index].Length > 0;

    public int ToInt(long value, string what)
        => value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Fault($"has {what} {value.ToString(CultureInfo.InvariantCulture)}, which is out of all bounds.");

    /// <param name="what">Goes on from "Node … (operator) ".</param>
    public OnnxImportException Fault(string what) => new($"Node '{Name}' ({Operator}) {what}");

    /// <summary>Names the node where something that reads it gave way.</summary>
    public OnnxImportException Fault(string what, Exception cause) => new(Fault(what).Message, cause);

    /// <param name="what">Goes on from "Node … (operator) has ", and is gone on from.</param>
    /// <param name="needed">What would do instead, where that helps.</param>
    public OnnxImportException Unsupported(string what, string? needed = null)
        => Fault($"has {what}, which is not supported{(needed is null ? "" : $" ({needed})")}; choose a tap before it (UpTo).");

    public override string ToString() => $"{Name} ({Operator})";
}
