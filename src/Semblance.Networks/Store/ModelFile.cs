using System.Globalization;
using System.Security.Cryptography;
using Semblance.Networks.Onnx;

namespace Semblance.Networks.Store;

/// <summary>The <c>model.onnx</c> of a model folder and the note beside it that says that its checksum was found right.</summary>
internal static class ModelFile
{
    public const string Name = "model.onnx";

    /// <summary>
    /// Compares the network's hash with the manifest's, once per change of size or time: reading tens of megabytes at each
    /// start would cost more than all else.
    /// </summary>
    /// <exception cref="ModelException">The file is missing or not the one that the manifest describes.</exception>
    public static void Verify(string path, ModelManifest manifest)
    {
        if (!File.Exists(path))
            throw new ModelException($"The model '{manifest.Id}' has no network at '{path}'; remove it and add it again.");
        if (ReadNote(path) == Note(path, manifest.Sha256))
            return;
        var actual = Hash(path);
        if (!string.Equals(actual, manifest.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ModelException($"'{path}' is not the file that its manifest describes (sha256 {actual}, expected {manifest.Sha256}); it was changed or damaged. Remove the model and add it again; the default model is made anew once removed.");
        MarkVerified(path, manifest.Sha256);
    }

    public static void MarkVerified(string path, string sha256)
    {
        try
        {
            File.WriteAllText(NotePath(path), Note(path, sha256));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A store that may only be read is verified at each start instead.
        }
    }

    /// <summary>Writes through to the disk, so that a rename that follows never exposes an empty file after a power cut.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    /// <exception cref="ModelException">There is no such file, it is no ONNX file, or it keeps weights elsewhere.</exception>
    public static ModelProto Parse(string path)
    {
        ModelProto model;
        try
        {
            using var stream = File.OpenRead(path);
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (FileNotFoundException failure)
        {
            throw new ModelException($"There is no network at '{path}'.", failure);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException failure)
        {
            throw new ModelException($"This is no ONNX file ({failure.Message}).", failure);
        }
        // An empty file is a message without fields.
        if (model.Graph is null || model.Graph.Node.Count == 0)
            throw new ModelException("This is no ONNX file: there is no network in it.");
        if (model.Graph.Initializer.FirstOrDefault(tensor => tensor.ExternalData.Count > 0) is { } external)
            throw new ModelException($"The network keeps weights ('{external.Name}') in another file; save it as a single ONNX file and add that.");
        return model;
    }

    public static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string NotePath(string path) => path + ".verified";

    private static string? ReadNote(string path)
    {
        try
        {
            return File.ReadAllText(NotePath(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Note(string path, string sha256)
    {
        var file = new FileInfo(path);
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks} {sha256}");
    }
}
