using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class DataLoaderTests
{
    private static readonly AugmentationPipeline s_everything = new(
        new RandomResizedCrop(), new RandomHorizontalFlip(), new RandomRotate(), new RandomShift(), new RandomZoom(), new ColourJitter(), new RandomErasing());

    private static readonly ModelInput s_input = Input(16);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(3, 20)]
    public void Bytes_are_the_same_whatever_the_threads_the_prefetch_and_the_cache(int threads, int prefetch)
    {
        var data = LabelledPicturesTests.Made([13, 17, 11]);
        var reference = Read(Loader(data, 8, new() { Augmentation = s_everything, Seed = 3 }), 2);
        Assert.Equal(6, reference.Count);
        Assert.Equal(1, reference[^1].Count);
        var options = new DataLoaderOptions { Augmentation = s_everything, Seed = 3, Threads = threads, Prefetch = prefetch };
        AssertSame(reference, Read(Loader(data, 8, options), 2));
        AssertSame(reference, Read(Loader(data, 8, options with { CacheBytes = 0 }), 2));
        var warm = Loader(data, 8, options);
        Read(warm, 0);
        AssertSame(reference, Read(warm, 2));
    }

    [Fact]
    public void Epochs_and_seeds_differ_in_order_and_in_pixels()
    {
        var data = LabelledPicturesTests.Made([10, 10]);
        var sequential = new DataLoader(data, new SequentialBatches(20, 20), s_input, new() { Augmentation = s_everything });
        var other = new DataLoader(data, new SequentialBatches(20, 20), s_input, new() { Augmentation = s_everything, Seed = 1 });
        var first = Assert.Single(Read(sequential, 0));
        Assert.Equal(Enumerable.Range(0, 20), first.Positions);
        for (var slot = 0; slot < 20; slot++)
        {
            Assert.NotEqual(first.Picture(slot), Read(sequential, 1)[0].Picture(slot));
            Assert.NotEqual(first.Picture(slot), Read(other, 0)[0].Picture(slot));
        }
        var shuffled = Loader(data, 20, new());
        Assert.NotEqual(Read(shuffled, 0)[0].Positions, Read(shuffled, 1)[0].Positions);
    }

    [Fact]
    public void Going_on_after_any_batch_gives_the_rest_of_the_epoch()
    {
        var data = LabelledPicturesTests.Made([13, 17]);
        var options = new DataLoaderOptions { Augmentation = s_everything, Seed = 9, Threads = 2 };
        var whole = Read(Loader(data, 7, options), 1);
        for (var first = 0; first <= whole.Count; first++)
            AssertSame(whole[first..], Read(Loader(data, 7, options), 1, first));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loader(data, 7, options).Epoch(1, whole.Count + 1));
    }

    [Fact]
    public void A_picture_does_not_depend_on_the_size_of_the_batches()
    {
        var data = LabelledPicturesTests.Made([13, 17]);
        var sevens = Read(Loader(data, 7, new() { Augmentation = s_everything }), 4);
        var twelves = Read(Loader(data, 12, new() { Augmentation = s_everything }), 4);
        Assert.Equal(sevens.SelectMany(batch => batch.Positions), twelves.SelectMany(batch => batch.Positions));
        Assert.Equal(sevens.SelectMany(batch => batch.Pixels), twelves.SelectMany(batch => batch.Pixels));
    }

    [Fact]
    public void Labels_and_positions_belong_to_the_pixels()
    {
        // A plain picture whose level is its position.
        var data = new LabelledPictures([.. Enumerable.Range(0, 100).Select(i => PictureSource.FromPicture($"{i}", TestPictures.Solid(5, 5, (byte)i, (byte)i, (byte)i)))], [.. Enumerable.Range(0, 100).Select(i => i % 7)], ["a", "b", "c", "d", "e", "f", "g"]);
        foreach (var batch in Read(Loader(data, 9, new() { Threads = 3 }, Plain(4)), 5))
        {
            for (var slot = 0; slot < batch.Count; slot++)
            {
                Assert.All(batch.Picture(slot), value => Assert.Equal(batch.Positions[slot], value));
                Assert.Equal(batch.Positions[slot] % 7, batch.Labels[slot]);
            }
        }
    }

    [Fact]
    public void Values_are_normalised_in_the_models_order_of_channels()
    {
        var data = new LabelledPictures([PictureSource.FromPicture("one", TestPictures.Solid(6, 6, 255, 100, 30))], [0], ["x"]);
        var input = new ModelInput(4, 4, ChannelOrder.Bgr, TensorLayout.Nchw, [0.1, 0.2, 0.3], [0.5, 0.25, 2], 1 / 255.0, ResizeRule.Stretch);
        float[] expected = [(float)(((30 / 255.0) - 0.1) / 0.5), (float)(((100 / 255.0) - 0.2) / 0.25), (float)((1 - 0.3) / 2)];
        foreach (var augmentation in new[] { null, new AugmentationPipeline() })
        {
            foreach (var pixel in Read(new DataLoader(data, new SequentialBatches(1, 1), input, new() { Augmentation = augmentation }), 0)[0].Pixels.Chunk(3))
            {
                for (var c = 0; c < 3; c++)
                    Assert.Equal(expected[c], pixel[c], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(ResizeRule.Stretch)]
    [InlineData(ResizeRule.Crop)]
    [InlineData(ResizeRule.Pad)]
    public void Without_chance_a_picture_is_seen_as_the_network_will_see_it(ResizeRule rule)
    {
        var wide = TestPictures.Scene(60, 30, 1, 2);
        var data = new LabelledPictures([PictureSource.FromPicture("wide", wide)], [0], ["x"]);
        var plain = Assert.Single(Read(Loader(data, 1, new(), Plain(20) with { Resize = rule, Mean = [40, 80, 120] }), 0)).Pixels;
        var expected = rule switch
        {
            ResizeRule.Stretch => wide.Resize(20, 20),
            ResizeRule.Crop => wide.Crop(new PictureBox(15, 0, 30, 30)).Resize(20, 20),
            _ => Boxed(wide.Resize(20, 10)),
        };
        Assert.Equal(Levels(expected), plain);
        // A pipeline that leaves the shape open follows the rule, too; borders are rounded to whole levels.
        var augmented = Assert.Single(Read(Loader(data, 1, new() { Augmentation = new(new RandomErasing { Probability = 0 }) }, Plain(20) with { Resize = rule, Mean = [40, 80, 120] }), 0)).Pixels;
        if (rule == ResizeRule.Pad)
            Assert.InRange(augmented.Zip(plain, (a, b) => Math.Abs(a - b)).Average(), 0, 6);
        else
            Assert.Equal(plain, augmented);

        static Picture Boxed(Picture picture) => TestPictures.Draw(20, 20, "boxed", (x, y) => y is >= 5 and < 15 ? picture.At(x, y - 5) : ((byte)40, (byte)80, (byte)120));
        static float[] Levels(Picture picture) => [.. picture.Pixels.Select((value, i) => value - (float)(40 * ((i % 3) + 1)))];
    }

    [Fact]
    public void Borders_get_the_networks_mean_colour_unless_another_is_asked_for()
    {
        var data = new LabelledPictures([PictureSource.FromPicture("white", TestPictures.Solid(8, 8, 255, 255, 255))], [0], ["x"]);
        var zoomedOut = new AugmentationPipeline(new RandomZoom { Factor = new(0.25, 0.25) });
        var input = new ModelInput(8, 8, ChannelOrder.Rgb, TensorLayout.Nhwc, [0.4, 0.2, 0.6], [1, 1, 1], 1 / 255.0, ResizeRule.Stretch);
        Assert.All(Read(Loader(data, 1, new() { Augmentation = zoomedOut }, input), 0)[0].Pixels[..3], value => Assert.Equal(0, value, 0.002));
        Assert.Equal(1 - 0.4f, Read(Loader(data, 1, new() { Augmentation = zoomedOut with { Fill = new(255, 255, 255) } }, input), 0)[0].Pixels[0], 1e-6);
    }

    [Fact]
    public void Broken_pictures_shrink_their_batch_and_are_named()
    {
        var jpeg = PictureBytes.Jpeg(TestPictures.Solid(9, 9, 50, 50, 50), 100);
        var sources = Enumerable.Range(0, 20).Select(i => PictureSource.FromBytes($"p{i}", i is 3 or 4 or 12 or 13 or 14 or 15 ? jpeg[..^40] : jpeg)).ToList();
        var data = new LabelledPictures(sources, [.. Enumerable.Range(0, 20)], [.. Enumerable.Range(0, 20).Select(i => $"class{i}")]);
        var loader = new DataLoader(data, new SequentialBatches(20, 4), Plain(9), new() { Threads = 2 });
        for (var epoch = 0; epoch < 2; epoch++)
        {
            var batches = Read(loader, epoch);
            // The batch of 12 to 15 has nothing left.
            Assert.Equal([0, 1, 2, 4], batches.Select(batch => batch.Index));
            Assert.Equal([0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19], batches.SelectMany(batch => batch.Positions));
            Assert.Equal(batches.SelectMany(batch => batch.Positions), batches.SelectMany(batch => batch.Labels));
            Assert.Equal(["p3"], batches[0].Failures.Select(failure => failure.Name));
            Assert.All(batches.SelectMany(batch => batch.Pixels), value => Assert.InRange(value, 48, 52));
        }
        Assert.Equal(["p3", "p4", "p12", "p13", "p14", "p15"], loader.Failures.Select(failure => failure.Name));
        var broken = new DataLoader(data.Subset([12, 13, 14]), new SequentialBatches(3, 2), s_input);
        Assert.Contains("'p12'", Assert.Throws<DataSetException>(() => Read(broken, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_source_surfaces_at_its_batch_with_its_name()
    {
        var sources = Enumerable.Range(0, 40).Select(i => new DrawnSource($"p{i}", () => i == 17 ? throw new InvalidOperationException("no ink") : TestPictures.Solid(4, 4, 1, 1, 1))).ToList();
        var data = new LabelledPictures(sources, new int[40], ["x"]);
        var loader = new DataLoader(data, new SequentialBatches(40, 5), s_input, new() { Threads = 3, Prefetch = 6 });
        var before = 0;
        var failure = Assert.Throws<DataSetException>(() =>
        {
            foreach (var batch in loader.Epoch(0))
                before += batch.Count;
        });
        Assert.Equal(15, before);
        Assert.Equal("'p17' could not be prepared: no ink", failure.Message);
        Assert.IsType<InvalidOperationException>(failure.InnerException);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_list_of_batches_that_fails_surfaces_after_the_batches_before(int threads)
    {
        var data = LabelledPicturesTests.Made([20, 20]);
        var loader = new DataLoader(data, new FailingBatches(new SequentialBatches(40, 5), 3), s_input, new() { Threads = threads, Prefetch = 6 });
        for (var epoch = 0; epoch < 2; epoch++)
        {
            var before = 0;
            var failure = Assert.Throws<InvalidOperationException>(() =>
            {
                foreach (var batch in loader.Epoch(epoch))
                {
                    using (batch)
                        before += batch.Count;
                }
            });
            Assert.Equal("no list", failure.Message);
            Assert.Equal(15, before);
        }
    }

    [Theory]
    [InlineData(int.MaxValue, 16)]
    [InlineData(20_000, 200)]
    [InlineData(1, 50_000)]
    public void Batches_that_no_array_holds_are_refused_with_their_size(int batchSize, int side)
    {
        var failure = Assert.Throws<ArgumentException>(() => new DataLoader(LabelledPicturesTests.Made([2]), new SequentialBatches(2, batchSize), Plain(side)));
        Assert.Contains($"{batchSize} pictures of {side} x {side}", failure.Message, StringComparison.Ordinal);
        Assert.Contains(" GB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cache_decodes_once_and_keeps_within_its_budget()
    {
        var decoded = new ConcurrentBag<string>();
        var sources = Enumerable.Range(0, 30).Select(i => new DrawnSource($"p{i}", () =>
        {
            decoded.Add($"p{i}");
            return TestPictures.Solid(10, 10, (byte)i, 0, 0);
        })).ToList();
        var data = new LabelledPictures(sources, new int[30], ["x"]);
        var roomy = Loader(data, 8, new() { Threads = 2, CacheBytes = 30 * 300 });
        Read(roomy, 0);
        Assert.Equal(30 * 300, roomy.CachedBytes);
        decoded.Clear();
        Read(roomy, 1);
        Assert.Empty(decoded);

        var tight = Loader(data, 8, new() { Threads = 2, CacheBytes = (10 * 300) + 299 });
        Read(tight, 0);
        Assert.InRange(tight.CachedBytes, 9 * 300, 10 * 300);
        decoded.Clear();
        Read(tight, 1);
        Assert.InRange(decoded.Count, 20, 21);
        var none = Loader(data, 8, new() { CacheBytes = 0 });
        Read(none, 0);
        Assert.Equal(0, none.CachedBytes);
    }

    [Fact]
    public void Pictures_are_decoded_no_larger_than_needed()
    {
        var sides = new ConcurrentBag<int>();
        var data = new LabelledPictures([new DrawnSource("p", () => TestPictures.Solid(8, 8, 0, 0, 0), sides.Add)], [0], ["x"]);
        Read(Loader(data, 1, new(), Input(224)), 0);
        Read(Loader(data, 1, new() { Augmentation = s_everything }, Input(224)), 0);
        Read(Loader(data, 1, new() { Augmentation = s_everything, LoadSide = 400 }, Input(224)), 0);
        Assert.Equal([224, 256, 400], sides.Order());
    }

    [Fact]
    public void No_more_is_prepared_ahead_than_asked()
    {
        var decodes = 0;
        var data = new LabelledPictures([.. Enumerable.Range(0, 200).Select(i => new DrawnSource($"p{i}", () =>
        {
            Interlocked.Increment(ref decodes);
            return TestPictures.Solid(4, 4, 0, 0, 0);
        }))], new int[200], ["x"]);
        var loader = new DataLoader(data, new SequentialBatches(200, 10), s_input, new() { Threads = 2, Prefetch = 3 });
        using var batches = loader.Epoch(0).GetEnumerator();
        Assert.Equal(0, decodes);
        for (var taken = 1; taken <= 4; taken++)
        {
            Assert.True(batches.MoveNext());
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref decodes) == 10 * (taken + 3), TimeSpan.FromSeconds(20)), $"{decodes} after {taken}");
            Thread.Sleep(30);
            Assert.Equal(10 * (taken + 3), decodes);
        }
    }

    [Fact]
    public void Leaving_in_the_middle_leaves_no_thread()
    {
        var threads = new ConcurrentDictionary<Thread, bool>();
        var data = new LabelledPictures([.. Enumerable.Range(0, 100).Select(i => new DrawnSource($"p{i}", () =>
        {
            threads[Thread.CurrentThread] = true;
            Thread.Sleep(1);
            return TestPictures.Solid(4, 4, 0, 0, 0);
        }))], new int[100], ["x"]);
        var loader = Loader(data, 5, new() { Threads = 4 });
        foreach (var batch in loader.Epoch(0))
        {
            batch.Dispose();
            if (batch.Index == 2)
                break;
        }
        Assert.NotEmpty(threads);
        Assert.DoesNotContain(Thread.CurrentThread, threads.Keys);
        Assert.All(threads.Keys, thread => Assert.False(thread.IsAlive));
        threads.Clear();
        Assert.Equal(20, Read(loader, 1).Count);
        Assert.All(threads.Keys, thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void Cancelling_ends_the_wait_and_the_threads()
    {
        using var cancel = new CancellationTokenSource();
        Thread? worker = null;
        var data = new LabelledPictures([.. Enumerable.Range(0, 20).Select(i => new DrawnSource($"p{i}", () =>
        {
            worker = Thread.CurrentThread;
            // The consumer waits for this picture; by the time it is there, it must not be wanted any more.
            if (i == 10)
            {
                new Thread(cancel.Cancel).Start();
                Assert.True(cancel.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)));
            }
            return TestPictures.Solid(4, 4, 0, 0, 0);
        }))], new int[20], ["x"]);
        var loader = new DataLoader(data, new SequentialBatches(20, 5), s_input);
        var seen = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in loader.Epoch(0, cancellationToken: cancel.Token))
                seen += batch.Count;
        });
        Assert.InRange(seen, 0, 10);
        Assert.False(worker!.IsAlive);
        Assert.ThrowsAny<OperationCanceledException>(() => loader.Epoch(1, cancellationToken: cancel.Token).First());
    }

    [Fact]
    public void Memory_is_used_again_and_not_readable_once_given_back()
    {
        var data = LabelledPicturesTests.Made([200]);
        var loader = new DataLoader(data, new SequentialBatches(200, 4), Input(64), new() { Prefetch = 2 });
        // Arrays of this size are never moved, so that an address tells them apart.
        var places = new HashSet<nint>();
        foreach (var batch in loader.Epoch(1))
        {
            unsafe
            {
                places.Add((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(batch.Pixels)));
            }
            batch.Dispose();
        }
        Assert.InRange(places.Count, 1, 4);
        var last = loader.Epoch(2).First();
        Assert.Equal(4 * 64 * 64 * 3, last.Pixels.Length);
        last.Dispose();
        last.Dispose();
        Assert.Throws<ObjectDisposedException>(() => last.Pixels.Length);
        Assert.Throws<ObjectDisposedException>(() => last.Labels.Length);
    }

    [Fact]
    public void Batches_that_are_held_keep_their_pixels()
    {
        var data = LabelledPicturesTests.Made([40]);
        var loader = Loader(data, 5, new() { Augmentation = s_everything, Threads = 2, Prefetch = 1 });
        var held = loader.Epoch(0).ToList();
        AssertSame(Read(Loader(data, 5, new() { Augmentation = s_everything }), 0), [.. held.Select(batch => new Copy(batch))]);
    }

    [Fact]
    public void Two_epochs_may_be_read_at_once()
    {
        var data = LabelledPicturesTests.Made([40]);
        var loader = Loader(data, 6, new() { Augmentation = s_everything });
        var (one, other) = (new List<Copy>(), new List<Copy>());
        foreach (var (first, second) in loader.Epoch(0).Zip(loader.Epoch(1)))
        {
            one.Add(new Copy(first));
            other.Add(new Copy(second));
            first.Dispose();
            second.Dispose();
        }
        AssertSame(Read(loader, 0), one);
        AssertSame(Read(loader, 1), other);
    }

    [Fact]
    public void A_sampler_for_another_set_is_found_out()
    {
        var data = LabelledPicturesTests.Made([5]);
        Assert.Contains("position 5", Assert.Throws<InvalidOperationException>(() => new DataLoader(data, new SequentialBatches(6, 2), s_input).Epoch(0)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar10/test.tar.gz", 5000, 10, "airplane")]
    [InlineData("omniglot/all_28x28.tar.gz", 32_460, 1623, "Alphabet_of_the_Magi/character01")]
    [InlineData("caltech101", 3030, 101, "Faces")]
    public void Real_sets_are_read_and_fed(string name, int pictures, int classes, string first)
    {
        var path = SharedData.Find(name);
        Assert.SkipWhen(path is null, "The shared pictures are not here.");
        var data = Directory.Exists(path) ? LabelledPictures.FromFolder(path) : LabelledPictures.FromTar(path);
        Assert.Equal((pictures, classes, first), (data.Count, data.ClassNames.Count, data.ClassNames[0]));
        Assert.Empty(data.Skipped);
        var some = data.Subset([.. Enumerable.Range(0, 64).Select(i => i * data.Count / 64)]);
        var options = new DataLoaderOptions { Augmentation = AugmentationPipeline.ImageNet };
        var batches = Read(Loader(some, 16, options), 0);
        AssertSame(batches, Read(Loader(some, 16, options with { Threads = 2 }), 0));
        Assert.Equal(64, batches.Sum(batch => batch.Count));
        Assert.All(batches, batch => Assert.All(batch.Pixels, value => Assert.True(float.IsFinite(value))));
    }

    private static ModelInput Input(int side) => new(side, side, ChannelOrder.Rgb, TensorLayout.Nhwc, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 1 / 255.0, ResizeRule.Crop);

    /// <summary>Levels as they are, 0 to 255.</summary>
    private static ModelInput Plain(int side) => new(side, side, ChannelOrder.Rgb, TensorLayout.Nhwc, [0, 0, 0], [1, 1, 1], 1, ResizeRule.Stretch);

    private static DataLoader Loader(LabelledPictures data, int batchSize, DataLoaderOptions options, ModelInput? input = null)
        => new(data, new ShuffledBatches(data.Count, batchSize), input ?? s_input, options);

    private static List<Copy> Read(DataLoader loader, int epoch, int firstBatch = 0)
    {
        var batches = new List<Copy>();
        foreach (var batch in loader.Epoch(epoch, firstBatch))
        {
            using (batch)
                batches.Add(new Copy(batch));
        }
        return batches;
    }

    private static void AssertSame(List<Copy> expected, List<Copy> actual)
    {
        Assert.Equal(expected.Select(batch => batch.Index), actual.Select(batch => batch.Index));
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.Positions, other.Positions);
            Assert.Equal(one.Labels, other.Labels);
            Assert.True(MemoryMarshal.AsBytes<float>(one.Pixels).SequenceEqual(MemoryMarshal.AsBytes<float>(other.Pixels)), $"Pixels of batch {one.Index} differ.");
        }
    }

    private sealed class Copy(PictureBatch batch)
    {
        public int Index { get; } = batch.Index;

        public int Count { get; } = batch.Count;

        public float[] Pixels { get; } = batch.Pixels.ToArray();

        public int[] Labels { get; } = batch.Labels.ToArray();

        public int[] Positions { get; } = batch.Positions.ToArray();

        public IReadOnlyList<PictureFailure> Failures { get; } = batch.Failures;

        public float[] Picture(int slot) => Pixels[(slot * Pixels.Length / Count)..((slot + 1) * Pixels.Length / Count)];
    }

    /// <summary>Another sampler's batches; whoever asks for a certain one by its index meets an exception.</summary>
    private sealed class FailingBatches(IBatchSampler sampler, int failing) : IBatchSampler
    {
        public int BatchSize => sampler.BatchSize;

        public IReadOnlyList<ReadOnlyMemory<int>> Batches(long seed, int epoch) => new List(sampler.Batches(seed, epoch), failing);

        private sealed class List(IReadOnlyList<ReadOnlyMemory<int>> batches, int failing) : IReadOnlyList<ReadOnlyMemory<int>>
        {
            public int Count => batches.Count;

            public ReadOnlyMemory<int> this[int index] => index == failing ? throw new InvalidOperationException("no list") : batches[index];

            public IEnumerator<ReadOnlyMemory<int>> GetEnumerator() => batches.GetEnumerator();

            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
        }
    }

    private sealed class DrawnSource(string name, Func<Picture> draw, Action<int>? asked = null) : PictureSource
    {
        public override string Name => name;

        public override DecodeResult Decode(DecodeOptions options)
        {
            asked?.Invoke(options.MinimumSide);
            return DecodeResult.Success(draw());
        }
    }
}
