namespace Semblance.Searching;

/// <summary>
/// Leaves out an answer that is a copy of a better one by the perceptual hashes: of a picture saved in many sizes the nearest is shown.
/// </summary>
internal sealed class DistinctAnswers : IRankStage
{
    /// <summary>For each answer, candidates that may turn out to be copies.</summary>
    private const int Margin = 4;

    public string Name => "distinct";

    public int CandidatesFor(int k, RankContext context) => (int)Math.Min((long)k * Margin, int.MaxValue);

    public IReadOnlyList<Candidate> Apply(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        var kept = new List<Candidate>(candidates.Count);
        foreach (var candidate in candidates)
        {
            var hashes = new PictureHashes(candidate.Mark.PHash, candidate.Mark.DHash);
            if (!kept.Exists(better => new PictureHashes(better.Mark.PHash, better.Mark.DHash).AreCopies(hashes)))
                kept.Add(candidate);
        }
        return kept;
    }
}
