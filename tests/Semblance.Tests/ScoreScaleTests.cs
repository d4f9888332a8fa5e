using Xunit;

namespace Semblance.Tests;

public sealed class ScoreScaleTests
{
    [Theory]
    [InlineData(1f, ScoreWord.NearDuplicate)]
    [InlineData(0.97f, ScoreWord.NearDuplicate)]
    [InlineData(0.9699f, ScoreWord.VerySimilar)]
    [InlineData(0.6f, ScoreWord.Similar)]
    [InlineData(0.4f, ScoreWord.Weak)]
    [InlineData(0.39f, ScoreWord.Unrelated)]
    public void A_score_that_reaches_a_words_threshold_earns_it(float score, ScoreWord word)
        => Assert.Equal(word, ScoreScale.Unfitted.WordOf(score));

    /// <summary>A vector's score with itself may come out as 0.99999994: where only equal pictures are near-duplicates, it is one.</summary>
    [Fact]
    public void Rounding_costs_no_score_its_word()
    {
        var strict = ScoreScale.Unfitted with { Words = [new(ScoreWord.NearDuplicate, 1, null, null, null)] };
        Assert.Equal(ScoreWord.NearDuplicate, strict.WordOf(0.99999994f));
        Assert.Equal(ScoreWord.Unrelated, strict.WordOf(0.99999f));
    }
}
