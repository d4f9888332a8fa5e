namespace Semblance;

public static class ScoreWords
{
    /// <summary>The word as people read it.</summary>
    public static string Text(this ScoreWord word) => word switch
    {
        ScoreWord.NearDuplicate => "near-duplicate",
        ScoreWord.VerySimilar => "very similar",
        ScoreWord.Similar => "similar",
        ScoreWord.Weak => "weak",
        ScoreWord.Unrelated => "unrelated",
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "Not a word of a score scale."),
    };
}
