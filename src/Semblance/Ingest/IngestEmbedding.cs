using Semblance.Features;
using Semblance.Imaging;
using Semblance.Spaces;

namespace Semblance.Ingest;

/// <summary>A space that a run embeds pictures for.</summary>
/// <param name="Open">Opens its embedder, told how many pictures there may be to embed; asked only when there is one.</param>
internal sealed record IngestSpace(Space Space, Func<int, IEmbedder> Open);

/// <summary>
/// Embeds pictures that were decoded once for several spaces, each with its own views of them. Thread-safe; embedders are its pool's to
/// dispose.
/// </summary>
internal sealed class IngestEmbedding
{
    private readonly (Space Space, IEmbedder Embedder)[] _spaces;

    public IngestEmbedding(IReadOnlyList<IngestSpace> spaces, int pictures)
    {
        _spaces = [.. spaces.Select(space => (space.Space, space.Open(pictures)))];
        Needs = _spaces.Select(space => space.Space.Views.Needs(space.Embedder.Description.Needs)).Aggregate((one, other) => one.And(other));
    }

    /// <summary>What serves all of them.</summary>
    public PictureNeeds Needs { get; }

    /// <returns>For each picture the parts of its vectors, by the id of the space.</returns>
    public IReadOnlyDictionary<long, IReadOnlyList<byte[]>>[] Embed(IReadOnlyList<Picture> pictures)
    {
        var vectors = new Dictionary<long, IReadOnlyList<byte[]>>[pictures.Count];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = new(_spaces.Length);
        foreach (var (space, embedder) in _spaces)
        {
            var rows = embedder.Embed(space.Views.Count == 1 ? pictures : [.. pictures.SelectMany(space.Views.Of)]);
            for (var i = 0; i < vectors.Length; i++)
            {
                var parts = new byte[space.Views.Count][];
                for (var part = 0; part < parts.Length; part++)
                    parts[part] = VectorForm.Encode(space.Kind, rows.Row((i * parts.Length) + part));
                vectors[i][space.Id] = parts;
            }
        }
        return vectors;
    }
}
