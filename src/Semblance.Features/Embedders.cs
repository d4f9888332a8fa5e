using Semblance.Features.Runtimes;
using Semblance.Networks;

namespace Semblance.Features;

/// <summary>
/// The catalogue of embedders, by the names that users type. A descriptor that needs no weights is one line of <see cref="BuiltIn"/>;
/// whatever lists, opens or reserves names reads it from here.
/// </summary>
public static class Embedders
{
    /// <summary>The embedder of a gallery when none is named.</summary>
    public const string DefaultId = "resnet18";

    /// <summary>Embedders that come with the library and need no model.</summary>
    public static IReadOnlyList<EmbedderEntry> BuiltIn { get; } =
    [
        new(HsvHistogram.About, "colour histogram", static _ => new HsvHistogram()),
        new(RawPixels.About, "32 x 32 pixels", static _ => new RawPixels()),
    ];

    /// <summary>The user's store of models, which gives no model a name of <see cref="BuiltIn"/>.</summary>
    /// <param name="folder">Null takes the place of <see cref="ModelStore.Default"/>.</param>
    public static ModelStore OpenStore(string? folder = null)
    {
        var options = new ModelStoreOptions { ReservedIds = [.. BuiltIn.Select(entry => entry.Id)] };
        return folder is null ? ModelStore.OfUser(options) : new ModelStore(folder, options);
    }

    /// <summary>False for an embedder of colours alone, to which two drawings in the same colours are one.</summary>
    public static bool SeesShape(string id) => BuiltIn.FirstOrDefault(entry => entry.Id == id)?.Description.SeesShape ?? true;

    /// <summary>
    /// True for an embedder that earlier versions had and this one has not. Vectors that it made are as good as ever; new ones cannot be
    /// made.
    /// </summary>
    public static bool IsRetired(string id) => ModelStore.IsRetired(id);

    /// <summary>
    /// What <c>resnet18</c> (made in the store at first use), <c>hsv</c>, <c>pixels</c>, a model of the store, a model folder or an ONNX file
    /// is, without opening its network.
    /// </summary>
    /// <exception cref="ModelException">There is no such model, its manifest is faulty, or it embeds no pictures.</exception>
    public static EmbedderEntry Find(string idOrPath, ModelStore store) =>
        BuiltIn.FirstOrDefault(entry => entry.Id == idOrPath) ?? OfModel(store.Find(idOrPath));

    /// <summary>Opens an embedder. The caller disposes it.</summary>
    /// <inheritdoc cref="Find"/>
    /// <param name="threads">Threads of one call of <see cref="IEmbedder.Embed"/>; one where the caller brings its own.</param>
    /// <param name="use">How many pictures are to come.</param>
    /// <exception cref="OnnxException">ONNX Runtime cannot run its network.</exception>
    public static IEmbedder Open(string idOrPath, ModelStore store, int threads = 1, EmbedderUse use = EmbedderUse.Few)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        return Find(idOrPath, store).Open(new EmbedderOptions { Threads = threads, Use = use });
    }

    private static EmbedderEntry OfModel(StoredModel model) => new(NetworkEmbedder.Describe(model), model.Folder, options => options.Use == EmbedderUse.Many
        ? RuntimeChoice.Open(model, options.Threads)
        : new NetworkEmbedder(model, options.Threads, RuntimeChoice.Forced() ?? NetworkRuntime.OnnxRuntime));
}

/// <summary>An embedder that may be opened.</summary>
/// <param name="Origin">Where it comes from, in words: what it computes, or the folder of its model.</param>
public sealed record EmbedderEntry(EmbedderDescription Description, string Origin, Func<EmbedderOptions, IEmbedder> Open)
{
    public string Id => Description.Id;
}

/// <summary>How an embedder is opened.</summary>
public sealed record EmbedderOptions
{
    /// <summary>Threads of one call of <see cref="IEmbedder.Embed"/>; one where the caller brings its own.</summary>
    public int Threads { get; init; } = 1;

    public EmbedderUse Use { get; init; } = EmbedderUse.Few;
}
