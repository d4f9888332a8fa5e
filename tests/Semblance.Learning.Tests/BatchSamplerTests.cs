using Xunit;

namespace Semblance.Learning.Tests;

public sealed class BatchSamplerTests
{
    [Fact]
    public void Shuffled_batches_hold_every_example_once()
    {
        var batches = new ShuffledBatches(103, 10).Batches(7, 2);
        Assert.Equal(11, batches.Count);
        Assert.All(batches.Take(10), batch => Assert.Equal(10, batch.Length));
        Assert.Equal(3, batches[^1].Length);
        var all = Flat(batches);
        Assert.NotEqual(Enumerable.Range(0, 103), all);
        Assert.Equal(Enumerable.Range(0, 103), all.Order());
    }

    [Fact]
    public void Order_hangs_on_seed_and_epoch_alone()
    {
        var order = Flat(new ShuffledBatches(50, 8).Batches(7, 2));
        Assert.Equal(order, Flat(new ShuffledBatches(50, 5).Batches(7, 2)));
        Assert.NotEqual(order, Flat(new ShuffledBatches(50, 8).Batches(7, 3)));
        Assert.NotEqual(order, Flat(new ShuffledBatches(50, 8).Batches(8, 2)));
        Assert.NotEqual(Flat(new ShuffledBatches(50, 8).Batches(8, 7)), Flat(new ShuffledBatches(50, 8).Batches(7, 8)));
    }

    [Fact]
    public void Drop_last_leaves_out_the_incomplete_batch_and_no_other()
    {
        Assert.All(new ShuffledBatches(103, 10, dropLast: true).Batches(1, 0), batch => Assert.Equal(10, batch.Length));
        Assert.Equal(10, new ShuffledBatches(103, 10, dropLast: true).Batches(1, 0).Count);
        Assert.Equal(10, new ShuffledBatches(100, 10, dropLast: true).Batches(1, 0).Count);
        Assert.Contains("9 examples", Assert.Throws<ArgumentException>(() => new ShuffledBatches(9, 10, dropLast: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequential_batches_keep_the_order_in_every_epoch()
    {
        var sampler = new SequentialBatches(25, 10);
        Assert.Equal([10, 10, 5], sampler.Batches(1, 0).Select(batch => batch.Length));
        Assert.Equal(Enumerable.Range(0, 25), Flat(sampler.Batches(9, 4)));
    }

    private static int[] Flat(IReadOnlyList<ReadOnlyMemory<int>> batches) => [.. batches.SelectMany(batch => batch.ToArray())];
}
