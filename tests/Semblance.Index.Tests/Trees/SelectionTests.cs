using Semblance.Index.Trees;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Trees;

public sealed class SelectionTests
{
    [Fact]
    public void Smallest_keys_come_first_with_their_items()
    {
        var random = new SeededRandom(60);
        for (var round = 0; round < 500; round++)
        {
            var length = 1 + random.NextInt(400);
            // Few different values, many, and orders that are bad for partitioning.
            var values = 1 + random.NextInt(round % 3 == 0 ? 4 : 100_000);
            var keys = new float[length];
            for (var i = 0; i < length; i++)
                keys[i] = round % 5 == 4 ? Math.Abs(i - (length / 2)) : random.NextInt(values);
            var original = (float[])keys.Clone();
            int[] items = [.. Enumerable.Range(0, length)];
            var count = random.NextInt(length + 1);
            Selection.Split(keys, items, count);
            Assert.Equal(original.Order().Take(count), keys.Take(count).Order());
            Assert.Equal(Enumerable.Range(0, length), items.Order());
            Assert.All(items.Select((item, at) => (item, at)), pair => Assert.Equal(original[pair.item], keys[pair.at]));
        }
    }
}
