using Semblance.Numerics;
using Semblance.Tests.Storage.Conformance;
using Xunit;

namespace Semblance.Tests;

public sealed class FilterNodeTests
{
    [Fact]
    public void A_filter_prints_itself_as_text_that_reads_back_as_the_same()
    {
        var random = new SeededRandom(3);
        string[] edges =
        [
            "date:<0001", "date:>9999", "rating:>5", "rating:<-1", "width:<0", "size:>999999999999TB", "mp:0.000001", "mp:<0.5", "mp:=12", "iso:100..100", "\"OR\"", "\"a b\"c", "label:\"(x)|y\"", "tag:\"-t\"",
            "near:1.0000000001,-0.5,1.609344mi", "gps:0.1,0.2..0.3,-0.4", "-\"x\"", "name:\"a:b\"", "a OR b c OR (d e)", "((a))", "-(a b) -(c OR d)",
        ];
        foreach (var text in FilteredItems.Terms.Concat(edges).Concat(Enumerable.Range(0, 300).Select(_ => FilteredItems.Combine(random, 4))))
        {
            var root = Filter.Parse(text).Root;
            var again = Filter.Parse(root.ToString()).Root;
            Assert.True(root.Equals(again), $"'{text}' prints as '{root}', which reads as '{again}'");
            Assert.Equal(root.GetHashCode(), again.GetHashCode());
        }
    }

    [Fact]
    public void Filters_that_differ_are_not_equal()
    {
        var roots = FilteredItems.Terms.Select(text => Filter.Parse(text).Root).ToArray();
        for (var i = 0; i < roots.Length; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.False(roots[i].Equals(roots[j]), $"{FilteredItems.Terms[i]} = {FilteredItems.Terms[j]}");
        }
    }
}
