namespace Semblance;

/// <summary>One answer.</summary>
/// <param name="Rank">1 for the best.</param>
/// <param name="Score">Similarity in the space's metric; for cosine 1 is the same direction.</param>
/// <param name="Distance">Distance in the space's metric; smaller is nearer.</param>
/// <param name="Word">What the score means in this collection: see <see cref="ScoreScale"/>.</param>
public sealed record SearchHit(int Rank, long Id, string Path, float Score, float Distance, ScoreWord Word, GalleryItem Item);

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
public sealed record SearchExplanation(string Index, string Space, long Searched, bool Filtered, double EmbedMilliseconds, double SearchMicroseconds);

/// <summary>Hits with the explanation of how they were found.</summary>
public sealed record SearchAnswer(IReadOnlyList<SearchHit> Hits, SearchExplanation Explanation);
