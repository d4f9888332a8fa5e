using Semblance.Numerics;
using Xunit;

namespace Semblance.Tests;

public sealed class TagCalibrationTests
{
    /// <summary>
    /// 150 pairs of pictures a tenth of a degree apart, one tagged "cat" and one "dog": whoever asks the nearest tagged picture is wrong
    /// each time, and the next pair is 1.2 degrees away. A picture that voted for itself would be right each time.
    /// </summary>
    [Fact]
    public void A_tagged_picture_has_no_vote_on_its_own_tag_when_confidence_is_calibrated()
    {
        const int Pairs = 150;
        double[] angles = [.. Enumerable.Range(0, 2 * Pairs).Select(i => (i / 2 * 1.2) + (i % 2 * 0.1)), 0.04];
        var vectors = Matrix.FromRows([.. angles.Select(angle => new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) })]);
        var ids = Enumerable.Range(1, angles.Length).Select(i => (long)i).ToArray();
        var tags = ids[..^1].ToDictionary(id => id, id => (IReadOnlyList<string>)[id % 2 == 0 ? "cat" : "dog"]);
        var suggester = new TagSuggester(() => ids.Select(id => Items.Make(id)), () => tags, _ => (ids, vectors), () => ScoreScale.Unfitted);

        var lax = Assert.Single(suggester.Suggest(new TagSuggestOptions { Neighbours = 1, MinConfidence = 0 }, TestContext.Current.CancellationToken));
        // (none right + 1) of (300 + 2): never right in the gallery, so never sure here.
        Assert.Equal(1.0 / 302, Assert.Single(lax.Tags).Confidence, 6);
        var strict = Assert.Single(suggester.Suggest(new TagSuggestOptions { Neighbours = 1, MinConfidence = 0.3 }, TestContext.Current.CancellationToken));
        Assert.Empty(strict.Tags);
    }
}
