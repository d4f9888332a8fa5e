namespace Semblance.Searching;

/// <summary>
/// Brings scores of different spaces to one scale: a score that just earns a word in its space becomes the threshold of that word in
/// <see cref="ScoreScale.Unfitted"/>, and what lies between is stretched between. Means of such scores mean what the words say.
/// </summary>
internal static class CommonScale
{
    private const float LeastScore = -1;

    public static float Of(ScoreScale scale, float score)
    {
        var common = ScoreScale.Unfitted.Words;
        var (above, aboveCommon) = (Math.Max(1, scale.Words[0].MinScore), 1f);
        for (var i = 0; i < scale.Words.Count; i++)
        {
            if (score >= scale.Words[i].MinScore)
                return Between(score, scale.Words[i].MinScore, above, common[i].MinScore, aboveCommon);
            (above, aboveCommon) = (scale.Words[i].MinScore, common[i].MinScore);
        }
        return Between(score, Math.Min(LeastScore, above), above, LeastScore, aboveCommon);
    }

    private static float Between(float score, float low, float high, float lowCommon, float highCommon) =>
        high > low ? lowCommon + ((highCommon - lowCommon) * Math.Clamp((score - low) / (high - low), 0, 1)) : highCommon;
}
