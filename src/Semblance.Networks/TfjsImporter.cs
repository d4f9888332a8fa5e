using Google.Protobuf;
using Semblance.Networks.Tfjs;

namespace Semblance.Networks;

/// <summary>A node of a TensorFlow.js graph that becomes an output of the ONNX model.</summary>
/// <param name="Node">Full name of the node.</param>
/// <param name="Output">Name of the output.</param>
/// <param name="AveragePooled">
/// True makes the output <c>[n, channels]</c>, averaged over the picture inside the graph, where the runtime does it in its
/// own blocked layout; false gives the feature map as <c>[n, channels, height, width]</c>.
/// </param>
public sealed record TfjsTap(string Node, string Output, bool AveragePooled);

/// <summary>Which part of a TensorFlow.js graph to import.</summary>
public sealed record TfjsImportOptions
{
    public required IReadOnlyList<TfjsTap> Taps { get; init; }

    /// <summary>
    /// Node whose value the new input stands for, so that arithmetic before it (scaling to -1..1, say) is left out and done
    /// while the pixels are converted; null keeps the graph's own placeholder.
    /// </summary>
    public string? InputNode { get; init; }

    public string InputName { get; init; } = "image";
}

/// <summary>
/// TensorFlow.js graph model to ONNX (opset 13). Only what the taps need is kept. The new model takes float32
/// <c>[n, 3, h, w]</c> whatever layout the source used: channels-last operators are rewritten channels-first by keeping track
/// of where each axis went, so the transposes of the source vanish. Results agree with the source up to rounding.
/// </summary>
public static class TfjsImporter
{
    /// <summary>Imports <c>model.json</c> with its .bin files, or <c>model.min.js</c> with its base64 shards.</summary>
    /// <returns>The bytes of an ONNX file.</returns>
    /// <exception cref="TfjsImportException">The files are damaged, or a node or operator needed is unknown; it is named.</exception>
    public static byte[] Import(string modelFile, TfjsImportOptions options) => new GraphConverter(TfjsModel.Read(modelFile), options).Convert().ToByteArray();
}
