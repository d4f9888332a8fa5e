using Semblance.Numerics;
using Semblance.Tagging;
using Xunit;

namespace Semblance.Tests;

public sealed class TagSuggesterTests
{
    /// <summary>Unit vectors at angles in degrees, with ids 1, 2, ...; tags are given by position, "" for none, "a|b" for two.</summary>
    private static TagSuggester Suggester(double[] angles, string[] tags)
    {
        var ids = Enumerable.Range(1, angles.Length).Select(i => (long)i).ToArray();
        var vectors = Matrix.FromRows([.. angles.Select(angle => new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) })]);
        var byId = ids.Where(id => tags[id - 1].Length > 0).ToDictionary(id => id, id => (IReadOnlyList<string>)tags[id - 1].Split('|'));
        return new TagSuggester(() => ids.Select(id => Items.Make(id)), () => byId, _ => (ids, vectors), () => ScoreScale.Unfitted);
    }

    [Fact]
    public void The_nearest_tagged_pictures_decide_and_are_named()
    {
        var suggestion = Assert.Single(Suggester([0, 5, 8, 80, 85], ["", "cat|pet", "cat", "dog", "dog"]).Suggest());
        Assert.Equal(1, suggestion.Item.Id);
        Assert.Null(suggestion.Unknown);
        Assert.Equal(["cat", "pet"], suggestion.Tags.Select(tag => tag.Tag));
        Assert.Equal([2L, 3], suggestion.Tags[0].Support.Select(support => support.Id));
        Assert.Equal(Math.Cos(5 * Math.PI / 180), suggestion.Tags[0].Support[0].Score, 5);
        Assert.InRange(suggestion.Tags[0].Confidence, 0.99, 1);
        Assert.InRange(suggestion.Tags[1].Confidence, 0.5, 0.52);
    }

    [Fact]
    public void Far_pictures_give_no_tag_and_the_reason()
    {
        var suggestion = Assert.Single(Suggester([0, 80, 82], ["", "cat", "cat"]).Suggest());
        Assert.Empty(suggestion.Tags);
        Assert.Equal("the nearest tagged picture scores only 0.17 (unrelated)", suggestion.Unknown);
    }

    [Fact]
    public void A_split_vote_gives_no_tag_and_the_reason()
    {
        var suggestion = Assert.Single(Suggester([0, 10, -10, 10, -10, 10], ["", "cat", "dog", "bird", "cow", "hen"]).Suggest());
        Assert.Empty(suggestion.Tags);
        Assert.StartsWith("the vote is split", suggestion.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_tag_it_says_what_to_do() =>
        Assert.All(Suggester([0, 1], ["", ""]).Suggest(), suggestion => Assert.Contains("tag a few by hand", suggestion.Unknown, StringComparison.Ordinal));

    [Fact]
    public void A_picture_without_a_vector_is_unknown()
    {
        long[] ids = [1];
        var tags = new Dictionary<long, IReadOnlyList<string>> { [1] = ["cat"] };
        var suggester = new TagSuggester(() => [Items.Make(1), Items.Make(2)], () => tags, _ => (ids, Matrix.FromRows([[1f, 0f]])), () => ScoreScale.Unfitted);
        Assert.Contains("no vector", Assert.Single(suggester.Suggest()).Unknown, StringComparison.Ordinal);
    }

    /// <summary>
    /// Classes on arcs that overlap: the stated confidence must be the share of right answers, which raw votes are not.
    /// </summary>
    [Fact]
    public void Stated_confidence_is_kept()
    {
        var random = new Random(3);
        var truth = new List<string>();
        var angles = new List<double>();
        for (var i = 0; i < 1200; i++)
        {
            var kind = random.Next(4);
            truth.Add($"class-{kind}");
            // Half of every class is spread over everything and cannot be told.
            angles.Add(random.Next(2) == 0 ? random.NextDouble() * 80 : (kind * 20) + (random.NextDouble() * 10));
        }
        var tags = truth.Select((tag, i) => i % 2 == 0 ? tag : "").ToArray();
        var suggestions = Suggester([.. angles], tags).Suggest(new TagSuggestOptions { MinConfidence = 0.3 });
        var stated = suggestions.Where(suggestion => suggestion.Tags.Count > 0).ToArray();
        var right = stated.Count(suggestion => suggestion.Tags[0].Tag == truth[(int)suggestion.Item.Id - 1]);
        Assert.True(stated.Length > 300);
        Assert.InRange((double)right / stated.Length, stated.Average(suggestion => suggestion.Tags[0].Confidence) - 0.06, stated.Average(suggestion => suggestion.Tags[0].Confidence) + 0.06);
    }

    [Fact]
    public void Calibration_is_the_best_monotone_fit()
    {
        // Two steps come out of the first four: (0.1, 0.2) with none right of 2, (0.3, 0.4) with 1 of 2; shares are (right + 1) / (count + 2).
        var calibration = MonotoneCalibration.Fit([(0.1, false), (0.3, true), (0.2, false), (0.4, false), (0.9, true), (0.9, true)]);
        Assert.Equal(1.0 / 4, calibration.Apply(0.05), 10);
        Assert.Equal(2.0 / 4, calibration.Apply(0.35), 10);
        Assert.Equal(2.0 / 4, calibration.Apply(0.89), 10);
        Assert.Equal(3.0 / 4, calibration.Apply(0.9), 10);
        Assert.Equal(3.0 / 4, calibration.Apply(1), 10);
    }
}
