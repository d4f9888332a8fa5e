using Semblance.Testing;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class PairEvaluationTests
{
    [Fact]
    public void Pairs_file_is_read_with_header_comments_and_tabs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.csv"], "first,second,same\n# a comment\n\na.jpg,b.jpg,1\na, comma.jpg\tc.jpg\tFalse\n");
        Assert.Equal(
            [new LabelledPair("a.jpg", "b.jpg", true), new LabelledPair("a, comma.jpg", "c.jpg", false)],
            LabelledPairs.Read(folder["pairs.csv"]));
    }

    [Theory]
    [InlineData("a,b,1", "a,b", "line 2")]
    [InlineData("a,b,1", "a,b,maybe", "line 2")]
    [InlineData("a,b", "a,b,1", "line 1")]
    public void A_line_that_is_no_pair_is_named(string first, string second, string where) =>
        Assert.Contains(where, Assert.Throws<FormatException>(() => LabelledPairs.Parse([first, second], "pairs.csv")).Message);

    [Fact]
    public void Report_has_exact_figures_and_intervals_around_them()
    {
        var position = new Dictionary<string, float>();
        var pairs = new List<LabelledPair>();
        float[] same = [0, 0, 1, 1, 2, 2, 5, 5, 9, 9];
        float[] different = [3, 3, 4, 4, 6, 6, 7, 7, 8, 8];
        foreach (var (distance, isSame) in same.Select(d => (d, true)).Concat(different.Select(d => (d, false))))
        {
            position[$"p{pairs.Count}"] = distance;
            pairs.Add(new LabelledPair("origin", $"p{pairs.Count}", isSame));
        }
        var options = new EvaluationOptions { FalseMatchRates = [0.1, 0.00001], BootstrapSamples = 200 };
        var report = PairEvaluation.Run(pairs, (_, other) => position[other], options);
        Assert.Equal("pairs", report.Protocol);
        Assert.Equal(20, report.Queries);
        Assert.Equal(21, report.Gallery);
        Assert.Equal(["auc", "eer", "fnmr@fmr=0.1", "fnmr@fmr=0.00001"], report.Metrics.Keys);
        Assert.Equal(0.4, report.Metrics["fnmr@fmr=0.1"].Value, 12);
        Assert.Equal(VerificationCurve.FromDistances(same, different).Auc(), report.Metrics["auc"].Value, 12);
        Assert.All(report.Metrics.Values, v => Assert.InRange(v.Value, v.Low!.Value, v.High!.Value));
        Assert.Equal(report.Metrics, PairEvaluation.Run(pairs, (_, other) => position[other], options).Metrics);
    }
}
