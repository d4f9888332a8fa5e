using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Rows;

/// <summary>Ids that ascend need no table until one breaks the order; the answers never tell which it is.</summary>
public sealed class AscendingIdTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Look_ups_agree_with_a_dictionary_before_and_after_the_order_breaks(int seed)
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(seed);
        var truth = new Dictionary<long, ulong>();
        ICodeIndex index = new ExactCodeIndex(64);
        long last = 0;
        for (var step = 0; step < 4000; step++)
        {
            // The order holds for the first half; removed ids come back only after it.
            switch (random.NextInt(12))
            {
                case < 6:
                    last += 1 + random.NextInt(step % 3 == 0 ? 1 : 40);
                    Put(last);
                    break;
                case < 8 when truth.Count > 0:
                    var removed = random.NextInt((int)last + 2);
                    Assert.Equal(truth.Remove(removed), index.Remove(removed));
                    break;
                case 8 when step > 2000:
                    Put(random.NextInt((int)last + 2));
                    break;
                case 9 when step % 20 == 0:
                    index.Save(folder["a.index"]);
                    index.Dispose();
                    index = ExactCodeIndex.Open(folder["a.index"]);
                    break;
                case 10 when step % 50 == 0:
                    index.Compact();
                    break;
                default:
                    var asked = random.NextInt((int)last + 2);
                    var code = new ulong[1];
                    Assert.Equal(truth.TryGetValue(asked, out var expected), index.TryGetCode(asked, code));
                    Assert.Equal(expected, code[0]);
                    break;
            }
            if (step == 2000)
                Assert.Equal(0, index.Statistics.IdTableBytes);
        }
        Assert.True(index.Statistics.IdTableBytes > 0);
        Assert.Equal(truth.Count, index.Count);
        Assert.Empty(index.Verify().Problems);
        index.Dispose();

        void Put(long id)
        {
            truth[id] = random.NextUInt64();
            index.Add(id, [truth[id]]);
        }
    }
}
