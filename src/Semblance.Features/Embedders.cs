using Semblance.Features.Runtimes;
using Semblance.Networks;

namespace Semblance.Features;

/// <summary>Embedders by the names that users type.</summary>
public static class Embedders
{
    /// <summary>The embedder of a gallery when none is named.</summary>
    public const string DefaultId = "resnet18";

    /// <summary>
    /// True for an embedder that earlier versions had and this one has not. Vectors that it made are as good as ever; new ones cannot be
    /// made.
    /// </summary>
    public static bool IsRetired(string id) => ModelStore.IsRetired(id);

    /// <summary>False for an embedder of colours alone, to which two drawings in the same colours are one.</summary>
    public static bool SeesShape(string id) => id != "hsv";

    /// <summary>
    /// Opens <c>resnet18</c> (made in the store at first use), <c>hsv</c>, <c>pixels</c>, a model of the store, a model
    /// folder or an ONNX file. The caller disposes it.
    /// </summary>
    /// <param name="threads">Threads of one call of <see cref="IEmbedder.Embed"/>; one where the caller brings its own.</param>
    /// <param name="use">How many pictures are to come.</param>
    /// <exception cref="ModelException">There is no such model, or it is faulty.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot run its network.</exception>
    public static IEmbedder Open(string idOrPath, ModelStore store, int threads = 1, EmbedderUse use = EmbedderUse.Few)
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
        return use == EmbedderUse.Many ? RuntimeChoice.Open(model, threads) : new NetworkEmbedder(model, threads, RuntimeChoice.Forced() ?? NetworkRuntime.OnnxRuntime);
    }
}
