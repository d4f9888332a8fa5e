using Semblance.Features;
using Semblance.Networks;

namespace Semblance.Spaces;

/// <summary>The embedders that a gallery has opened, each once for each way it is used. Thread-safe.</summary>
/// <param name="refusal">What to say where the model of a space is not the one that made it, or, told of none, is one of earlier versions.</param>
internal sealed class EmbedderPool(ModelStore models, Func<Space, EmbedderDescription?, GalleryRefusedException> refusal) : IDisposable
{
    /// <summary>From so many pictures on the runtime that starts later and runs faster is done sooner.</summary>
    public const int ManyPictures = 100;

    private readonly Dictionary<(string Sha256, int Threads, EmbedderUse Use), IEmbedder> _open = [];

    /// <summary>What is known of a model without opening it.</summary>
    /// <exception cref="ModelException">There is no such model, or its manifest is faulty.</exception>
    public EmbedderDescription Describe(string model) => Embedders.Find(model, models).Description;

    /// <summary>The embedder of a space, for a query.</summary>
    /// <param name="threads">Threads of one call: all of them for a single query, one where many calls run side by side.</param>
    public IEmbedder ForFew(Space space, int threads) => Open(space, threads, EmbedderUse.Few);

    /// <summary>The embedder of a space for so many pictures, by calls side by side; one that is open for many serves a few.</summary>
    public IEmbedder For(Space space, long pictures)
    {
        lock (_open)
        {
            if (pictures < ManyPictures && _open.TryGetValue((space.Sha256, 1, EmbedderUse.Many), out var open))
                return open;
        }
        return Open(space, 1, pictures >= ManyPictures ? EmbedderUse.Many : EmbedderUse.Few);
    }

    /// <summary>The embedder of a model that no space has yet.</summary>
    public IEmbedder ForModel(string model, int threads)
    {
        var entry = Embedders.Find(model, models);
        return Open(entry, threads, EmbedderUse.Few);
    }

    public void Dispose()
    {
        lock (_open)
        {
            foreach (var embedder in _open.Values)
                embedder.Dispose();
            _open.Clear();
        }
    }

    private IEmbedder Open(Space space, int threads, EmbedderUse use)
    {
        lock (_open)
        {
            if (_open.TryGetValue((space.Sha256, threads, use), out var open))
                return open;
        }
        if (Embedders.IsRetired(space.Model))
            throw refusal(space, null);
        var entry = Embedders.Find(space.Model, models);
        return entry.Description.Sha256 == space.Sha256 ? Open(entry, threads, use) : throw refusal(space, entry.Description);
    }

    private IEmbedder Open(EmbedderEntry entry, int threads, EmbedderUse use)
    {
        var key = (entry.Description.Sha256, threads, use);
        // Of several callers one opens it, and the others wait for that.
        lock (_open)
            return _open.TryGetValue(key, out var open) ? open : _open[key] = entry.Open(new EmbedderOptions { Threads = threads, Use = use });
    }
}
