namespace Semblance.Searching;

/// <summary>
/// Two-stage search: a shortlist from one space, codes for one, ranked by the vectors of another. Scores are the other space's; a
/// candidate that has no vector there is left out.
/// </summary>
internal sealed class SpaceRerank(string space) : IRankStage
{
    /// <summary>Length of the shortlist as a multiple of k.</summary>
    private const int ShortlistFactor = 10;

    private const int ShortestList = 100;

    public string Name => "rerank";

    public int CandidatesFor(int k, RankContext context) => (int)Math.Min(Math.Max((long)k * ShortlistFactor, ShortestList), int.MaxValue);

    public IReadOnlyList<Candidate> Apply(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        var scores = context.Score(space, [.. candidates.Select(candidate => candidate.Id)]);
        return [.. candidates.Where(candidate => scores.ContainsKey(candidate.Id)).Select(candidate => candidate with { Score = scores[candidate.Id] })];
    }
}
