using System.Runtime.InteropServices;
using System.Text.Json;
using Semblance.Networks;

namespace Semblance.Benchmarks.Training;

/// <summary>One network's folder as <c>benchmarks/peers/training/reference.py</c> writes it; the format is described there.</summary>
internal sealed class PeerReference
{
    private readonly float[] _numbers;

    public PeerReference(string folder)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
        var root = index.RootElement;
        Name = Path.GetFileName(folder);
        Architecture = root.GetProperty("architecture").GetString()!;
        Batch = root.GetProperty("batch").GetInt32();
        var size = root.GetProperty("size").GetInt32();
        var options = root.GetProperty("options");
        Options = new ArchitectureOptions
        {
            Height = size,
            Width = size,
            Tokens = size,
            Channels = root.GetProperty("channels").GetInt32(),
            Classes = root.GetProperty("classes").GetInt32(),
            Dropout = 0,
            WidthMultiplier = options.TryGetProperty("width_multiplier", out var width) ? width.GetDouble() : 1,
            BatchNorm = options.TryGetProperty("batch_norm", out var norm) && norm.GetBoolean(),
        };
        Tensors = [.. root.GetProperty("tensors").EnumerateArray().Select(tensor => new PeerTensor(
            tensor.GetProperty("role").GetString()!,
            tensor.GetProperty("name").GetString()!,
            [.. tensor.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt32())],
            tensor.GetProperty("offset").GetInt32()))];
        _numbers = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, "tensors.bin"))).ToArray();
    }

    public string Name { get; }

    public string Architecture { get; }

    public int Batch { get; }

    public ArchitectureOptions Options { get; }

    public IReadOnlyList<PeerTensor> Tensors { get; }

    public IEnumerable<PeerTensor> OfRole(string role) => Tensors.Where(tensor => tensor.Role == role);

    public PeerTensor Single(string role, string name) => Tensors.Single(tensor => tensor.Role == role && tensor.Name == name);

    public ReadOnlySpan<float> Values(PeerTensor tensor) => _numbers.AsSpan(tensor.Offset, tensor.Count);
}

/// <summary>A tensor in PyTorch's order of axes.</summary>
/// <param name="Offset">Of its first number in the file.</param>
internal sealed record PeerTensor(string Role, string Name, int[] Shape, int Offset)
{
    public int Count => Shape.Aggregate(1, (product, axis) => product * axis);
}
