namespace Semblance.Searching;

/// <summary>The catalogue of stages that rank candidates. A new stage is one line here.</summary>
internal static class RankStages
{
    public static IReadOnlyList<RankStageEntry> All { get; } =
    [
        new("rerank", "ranks the candidates by the vectors of another space", static query => query.RerankBy is { } space ? new SpaceRerank(space) : null),
        new("copies", "raises pictures whose perceptual hashes say that they are the query's own", static _ => new CopyLift()),
        new("distinct", "leaves out copies of better answers", static query => query.Distinct ? new DistinctAnswers() : null),
    ];

    /// <summary>The stages that a query goes through, in order.</summary>
    public static IReadOnlyList<IRankStage> Of(Query query) => [.. All.Select(entry => entry.Make(query)).OfType<IRankStage>()];
}

/// <param name="Make">The stage for a query; null where the query does not ask for it.</param>
internal sealed record RankStageEntry(string Name, string Summary, Func<Query, IRankStage?> Make);

/// <summary>
/// One step from candidates to an answer: gives candidates other scores, or leaves some out. What it returns need not be in order; the next
/// step finds it sorted, best first.
/// </summary>
internal interface IRankStage
{
    string Name { get; }

    /// <summary>How many candidates it wants to see for an answer of <paramref name="k"/>.</summary>
    int CandidatesFor(int k, RankContext context);

    IReadOnlyList<Candidate> Apply(IReadOnlyList<Candidate> candidates, RankContext context);
}

/// <summary>A picture on its way to an answer.</summary>
/// <param name="Score">In the space that found it, or what a stage has made of that.</param>
internal sealed record Candidate(long Id, float Score, Storage.ItemMark Mark)
{
    /// <summary>See <see cref="SearchHit.HashBits"/>.</summary>
    public int? HashBits { get; init; }
}

/// <summary>What stages may look at.</summary>
/// <param name="IsOnePicture">Whether the query is one picture.</param>
/// <param name="Scale">What the scores of candidates mean.</param>
/// <param name="Score">Scores of pictures for the query in the space of a name; pictures that have no vector there are left out.</param>
internal sealed record RankContext(Query Query, bool IsOnePicture, ScoreScale Scale, Func<string, IReadOnlyList<long>, IReadOnlyDictionary<long, float>> Score)
{
    /// <summary>The picture that the query is, while stages run; null where it is not one, or its picture is gone.</summary>
    public QueryPicture? Only { get; init; }

    /// <summary>Reads candidates whole, from the same moment as their marks.</summary>
    public Func<IReadOnlyCollection<long>, IReadOnlyDictionary<long, GalleryItem>> Items { get; init; } = static _ => new Dictionary<long, GalleryItem>();
}
