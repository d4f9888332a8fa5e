using Semblance.Index.Segments;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Segments;

public sealed class BoundQueueTests
{
    [Fact]
    public void Entries_come_out_by_bound()
    {
        var random = new SeededRandom(61);
        var queue = new BoundQueue<int>();
        var held = new List<double>();
        for (var step = 0; step < 5000; step++)
        {
            if (held.Count == 0 || random.NextInt(5) < 3)
            {
                var bound = step % 50 == 0 ? double.NegativeInfinity : random.NextInt(300);
                queue.Push(bound, (int)Math.Max(bound, -1));
                held.Add(bound);
            }
            else
            {
                var (bound, entry) = queue.Pop();
                Assert.Equal(held.Min(), bound);
                Assert.Equal((int)Math.Max(bound, -1), entry);
                held.Remove(bound);
            }
            Assert.Equal(held.Count, queue.Count);
        }
    }
}
