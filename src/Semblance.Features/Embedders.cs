using Semblance.Networks;

namespace Semblance.Features;

/// <summary>Embedders by the names that users type.</summary>
public static class Embedders
{
    /// <summary>The embedder of a gallery when none is named.</summary>
    public const string DefaultId = "mobilenet-nanodet";

    /// <summary>
    /// Opens <c>mobilenet-nanodet</c> (made in the store at first use), <c>hsv</c>, <c>pixels</c>, a model of the store, a model
    /// folder or an ONNX file. The caller disposes it.
    /// </summary>
    /// <param name="threads">Threads of one call of <see cref="IEmbedder.Embed"/>; one where the caller brings its own.</param>
    /// <exception cref="ModelException">There is no such model, or it is faulty.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot run its network.</exception>
    public static IEmbedder Open(string idOrPath, ModelStore store, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        switch (idOrPath)
        {
            case "hsv":
                return new HsvHistogram();
            case "pixels":
                return new RawPixels();
        }
        var model = store.Find(idOrPath);
        return model.Manifest.IsEnsemble ? EnsembleEmbedder.Open(model, threads) : new NetworkEmbedder(model, threads);
    }
}
