namespace Semblance;

/// <summary>One answer.</summary>
/// <param name="Rank">1 for the best.</param>
/// <param name="Score">Similarity in the space's metric; for cosine 1 is the same direction. See <see cref="HashBits"/> for the exception.</param>
/// <param name="Distance">Distance in the space's metric; smaller is nearer. 1 less the score for cosine.</param>
/// <param name="Word">What the score means in this collection: see <see cref="ScoreScale"/>.</param>
public sealed record SearchHit(int Rank, long Id, string Path, float Score, float Distance, ScoreWord Word, GalleryItem Item)
{
    /// <summary>
    /// Of 64, the bits by which this picture's perceptual hashes differ from the query's, where these say that the two are one picture
    /// and the score is theirs, being higher than the vectors'; null where the score is the vectors'.
    /// </summary>
    public int? HashBits { get; init; }
}

/// <summary>Verbal meaning of a score, calibrated per space.</summary>
public enum ScoreWord
{
    Unrelated,
    Weak,
    Similar,
    VerySimilar,
    NearDuplicate,
}

/// <summary>How an answer was found, for <c>--explain</c>.</summary>
/// <param name="Index">Kind of the index.</param>
/// <param name="Searched">Pictures that could be answers.</param>
/// <param name="Filtered">Whether a filter chose them.</param>
/// <param name="EmbedMilliseconds">From the query as typed to its vector.</param>
/// <param name="SearchMicroseconds">In the index.</param>
public sealed record SearchExplanation(string Index, string Space, long Searched, bool Filtered, double EmbedMilliseconds, double SearchMicroseconds)
{
    /// <summary>How hard an approximate kind tried, in its own unit; null where it was not asked.</summary>
    public int? Effort { get; init; }

    /// <summary>Nodes, codes or leaves that it looked at.</summary>
    public long Visited { get; init; }

    /// <summary>Candidates that were ranked by their exact distance.</summary>
    public long Rescored { get; init; }

    /// <summary>
    /// Whether pictures were measured one by one, which makes the answer exact: no approximate kind, a small filter, or too few
    /// candidates.
    /// </summary>
    public bool Scanned { get; init; }

    /// <summary>
    /// The share of the true nearest ten that such a search finds on average, as the index measured it on its own rows; 1 when scanned,
    /// null when it has not been measured.
    /// </summary>
    public float? RecallEstimate { get; init; }

    /// <summary>Hits whose score comes from their perceptual hashes: <see cref="SearchHit.HashBits"/>.</summary>
    public int Raised { get; init; }

    /// <summary>The steps from candidates to the answer, in order.</summary>
    public IReadOnlyList<SearchStage> Stages { get; init; } = [];
}

/// <summary>One step of a search.</summary>
/// <param name="Name">Of a space that gave candidates, or of what was done with them.</param>
/// <param name="In">Pictures that it looked at.</param>
/// <param name="Out">Pictures that it left.</param>
public sealed record SearchStage(string Name, long In, long Out, double Microseconds);

/// <summary>Hits with the explanation of how they were found.</summary>
public sealed record SearchAnswer(IReadOnlyList<SearchHit> Hits, SearchExplanation Explanation);
