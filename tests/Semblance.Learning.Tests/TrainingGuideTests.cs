using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

/// <summary>What docs/engine-training.md shows works, and is what it shows.</summary>
public sealed class TrainingGuideTests
{
    [Fact]
    public void The_example_trains()
    {
        using var temporary = new TemporaryFolder();
        var (folder, batch, epochs) = (temporary["run"], 8, 1);
        var (train, test) = ColouredSquares.Pictures(30, 1).Split(testShare: 0.2, seed: 1);
        var input = ColouredSquares.Input;
        var cancellationToken = TestContext.Current.CancellationToken;

        var network = Architectures.Build("small-resnet", new ArchitectureOptions { Classes = train.ClassNames.Count, Seed = 1 });
        var loader = new DataLoader(train, new ShuffledBatches(train.Count, batch, dropLast: true), input, new() { Augmentation = AugmentationPipeline.Cifar, Seed = 1 });
        var optimizer = new Sgd(network, learningRate: 0.2, momentum: 0.9, nesterov: true, weightDecay: 5e-4);
        var schedule = new OneCycleSchedule(maximum: 0.2, steps: epochs * (train.Count / batch));
        var options = new TrainingOptions
        {
            Epochs = epochs,
            Loss = new SoftmaxCrossEntropy { LabelSmoothing = 0.1 },
            Validation = new DataLoader(test, new SequentialBatches(test.Count, batch), input),
            Folder = folder,
            Threads = 2,
        };
        using var trainer = new ClassificationTrainer(network, loader, optimizer, schedule, options);
        trainer.Run(cancellationToken);

        Assert.Equal(train.Count / batch, trainer.Steps);
        Assert.True(File.Exists(Path.Combine(folder, ClassificationTrainer.CheckpointName)));
    }

    [Fact]
    public void The_guide_shows_this_code()
    {
        var source = File.ReadAllLines(RepositoryFolder.PathOf("tests", "Semblance.Learning.Tests", "TrainingGuideTests.cs")).Select(line => line.Trim()).ToHashSet();
        var guide = File.ReadAllLines(RepositoryFolder.PathOf("docs", "engine-training.md"));
        var shown = guide.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```").ToList();
        Assert.NotEmpty(shown);
        Assert.All(shown, line => Assert.Contains(line.Trim(), source));
    }
}
