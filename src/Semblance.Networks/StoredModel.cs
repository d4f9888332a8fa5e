using Semblance.Networks.Store;

namespace Semblance.Networks;

/// <summary>A model as found: a model folder, or a bare ONNX file with a guessed manifest.</summary>
/// <param name="Manifest">What its vectors are.</param>
/// <param name="Folder">The model folder.</param>
/// <param name="NetworkPath">The ONNX file.</param>
public sealed record StoredModel(ModelManifest Manifest, string Folder, string NetworkPath)
{
    /// <summary>What had to be guessed for the manifest, in words; empty where one was there.</summary>
    public IReadOnlyList<string> Guesses { get; init; } = [];

    /// <summary>True for an ONNX file of the user's outside any model folder: it was hashed just now, and nothing is written beside it.</summary>
    public bool IsBareFile { get; init; }

    /// <summary>What was done to the network while it was added, in sentences.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    public string Id => Manifest.Id;

    /// <summary>See <see cref="ModelIdentity"/>.</summary>
    public string Identity => ModelIdentity.OfNetwork(Manifest);

    /// <summary>Reads a model folder's manifest; the network itself is checked when it is opened.</summary>
    /// <exception cref="ModelException">The folder has no manifest or a faulty one.</exception>
    public static StoredModel Load(string folder) => new(ModelManifest.Load(folder), folder, Path.Combine(folder, ModelFile.Name));

    /// <summary>
    /// Weights that are denormal numbers, with which processors compute many times more slowly; <see cref="ModelStore"/> makes them zero in what is added
    /// to it, so that only a network that is used where it lies has any. Reads the whole file.
    /// </summary>
    /// <exception cref="ModelException">The network is missing or no ONNX file.</exception>
    public long CountDenormals() => DenormalWeights.Zero(ModelFile.Parse(NetworkPath));

    /// <summary>
    /// Opens the network after checking its hash (see <see cref="ModelManifest.Sha256"/>; done once per change of the file).
    /// The graph as optimised for this CPU is kept beside the model, which makes later starts several times faster.
    /// </summary>
    /// <exception cref="ModelException">The network is missing, or is not the file that the manifest describes.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot run it.</exception>
    public OnnxSession OpenSession(int intraOpThreads = 1)
    {
        if (IsBareFile)
            return new OnnxSession(NetworkPath, new OnnxSessionOptions { IntraOpThreads = intraOpThreads });
        ModelFile.Verify(NetworkPath, Manifest);
        return OptimizedModels.Open(NetworkPath, Manifest.Sha256, intraOpThreads);
    }
}
