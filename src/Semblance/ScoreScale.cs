namespace Semblance;

/// <summary>
/// Thresholds that turn a score into a word, fitted per space: from the scores of random pairs of the collection
/// (what "unrelated" looks like here) and of augmented copies of its own pictures (what "the same picture" looks like).
/// </summary>
public sealed record ScoreScale
{
    /// <summary>The scale of a space that is too small to fit one: fixed, generous cosine thresholds, and it says so.</summary>
    public static ScoreScale Unfitted { get; } = new()
    {
        Fitted = false,
        Words =
        [
            new(ScoreWord.NearDuplicate, 0.97f, null, null, null),
            new(ScoreWord.VerySimilar, 0.80f, null, null, null),
            new(ScoreWord.Similar, 0.60f, null, null, null),
            new(ScoreWord.Weak, 0.40f, null, null, null),
        ],
    };

    /// <summary>A vector's score with itself may be less than 1 by so much.</summary>
    internal const float Rounding = 1e-6f;

    public required bool Fitted { get; init; }

    /// <summary>Best word first, thresholds falling.</summary>
    public required IReadOnlyList<ScoreWordThreshold> Words { get; init; }

    public ScoreWord WordOf(float score)
    {
        foreach (var word in Words)
        {
            if (score >= word.MinScore - Rounding)
                return word.Word;
        }
        return ScoreWord.Unrelated;
    }
}

/// <summary>One word of a scale.</summary>
/// <param name="MinScore">Lowest score that earns the word.</param>
/// <param name="CopyShare">Share of augmented copies that score at least that.</param>
/// <param name="RandomShare">Share of random pairs that score at least that.</param>
/// <param name="Precision">Of the fitted pairs, one copy to each random pair, that score at least that: the share that are copies.</param>
/// <param name="SameLabel">Of the nearest neighbours in this collection that earn exactly this word: the share that lie in the same folder. Null where all lie in one.</param>
public sealed record ScoreWordThreshold(ScoreWord Word, float MinScore, double? CopyShare, double? RandomShare, double? Precision, double? SameLabel = null);
