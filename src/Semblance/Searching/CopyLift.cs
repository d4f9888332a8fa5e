namespace Semblance.Searching;

/// <summary>
/// Raises the pictures whose perceptual hashes say that they are the query's own, saved again: a quarter-size copy looks to a network
/// more like other small pictures than like its original, while its hashes hardly change. Only the best by vector are looked at, so it
/// costs one look at some rows, and a picture that is not alike by vector at all is never raised.
/// </summary>
internal sealed class CopyLift : IRankStage
{
    /// <summary>Hits by vector that are looked at.</summary>
    public const int Candidates = 50;

    public string Name => "copies";

    public int CandidatesFor(int k, RankContext context) => context.IsOnePicture ? Math.Max(k, Candidates) : k;

    public IReadOnlyList<Candidate> Apply(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        if (context.Only is not { } query)
            return candidates;
        List<Candidate>? raised = null;
        foreach (var (i, candidate) in candidates.Index())
        {
            if (Of(candidate, query, context) is not { } better || better.Score <= candidate.Score)
                continue;
            raised ??= [.. candidates];
            raised[i] = candidate with { Score = better.Score, HashBits = better.Bits };
        }
        return raised ?? candidates;
    }

    /// <summary>
    /// What the hashes are worth as a score: from the collection's threshold of a near-duplicate, for <see cref="PictureHashes.MostBitsOfCopies"/> bits apart, up
    /// towards 1. Null where they say nothing.
    /// </summary>
    internal static (float Score, int Bits)? Of(Candidate candidate, QueryPicture query, RankContext context)
    {
        var hashes = new PictureHashes(candidate.Mark.PHash, candidate.Mark.DHash);
        var bits = query.Hashes.BitsFrom(hashes);
        if (bits > PictureHashes.MostBitsOfCopies || !query.Hashes.AreTelling || !hashes.AreTelling)
            return null;
        // Drawings on plain ground have near hashes whatever they show.
        if (!(query.Hashes.AreFull && hashes.AreFull)
            && !(query.Grid.Value is { } grid && context.Items([candidate.Id]).GetValueOrDefault(candidate.Id) is { } item && PixelGrid.OfFile(item.Path) is { } other && grid.Agrees(other)))
            return null;
        var least = Math.Min(context.Scale.Words[0].MinScore, 1);
        return (least + ((1 - least) * (1 - ((bits + 1) / (PictureHashes.MostBitsOfCopies + 1f)))), bits);
    }
}
