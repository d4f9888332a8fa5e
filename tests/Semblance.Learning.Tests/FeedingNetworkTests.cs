using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

/// <summary>The example of docs/engine-data.md, with smaller pictures.</summary>
public sealed class FeedingNetworkTests
{
    [Fact]
    public void Batches_of_a_folder_go_through_a_network()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 40; i++)
        {
            Directory.CreateDirectory(folder[$"class{i % 4}"]);
            File.WriteAllBytes(folder[$"class{i % 4}", $"{i}.jpg"], PictureBytes.Jpeg(TestPictures.Scene(24, 20, i % 4, i)));
        }
        var network = new Network(seed: 1);
        network.Output("scores", network.Add(new Linear(4), network.Add(new Flatten(), network.Input("pictures", [1, 16, 16, 3]))));
        using var run = network.Prepare(batch: 16);

        var data = LabelledPictures.FromFolder(folder.Path).WithoutBroken(cancellationToken: TestContext.Current.CancellationToken);
        var (train, test) = data.Split(testShare: 0.2, seed: 1);
        var input = new ModelInput(16, 16, ChannelOrder.Rgb, TensorLayout.Nhwc, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 1 / 255.0, ResizeRule.Crop);
        var options = new DataLoaderOptions { Augmentation = AugmentationPipeline.ImageNet, Seed = 1 };
        var loader = new DataLoader(train, new ShuffledBatches(train.Count, 16, dropLast: true), input, options);
        var sums = new List<float>();
        foreach (var batch in loader.Epoch(0, cancellationToken: TestContext.Current.CancellationToken))
        {
            using (batch)
                batch.Pixels.CopyTo(run.Input("pictures").Span);
            run.Forward();
            var sum = 0f;
            foreach (var score in run.Output("scores").Span)
                sum += score;
            sums.Add(sum);
        }
        Assert.Equal((32, 8), (train.Count, test.Count));
        Assert.Equal(2, sums.Distinct().Count());
        Assert.All(sums, sum => Assert.True(float.IsFinite(sum)));
    }
}
