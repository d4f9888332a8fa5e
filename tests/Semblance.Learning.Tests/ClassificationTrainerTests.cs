using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class ClassificationTrainerTests : IDisposable
{
    private const int Batch = 8;
    private const int Epochs = 3;
    private const int StepsPerEpoch = 5;

    private static readonly LabelledPictures s_pictures = ColouredSquares.Pictures(37, 3); // The last batch has five.
    private static readonly LabelledPictures s_others = ColouredSquares.Pictures(50, 4);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_small_network_learns_and_its_curve_is_kept()
    {
        var run = new Setup(_folder["run"], "adam") { Epochs = 40 };
        using var trainer = run.Trainer();
        trainer.Run();
        Assert.True(trainer.Curve[^1].ValidationAccuracy > 0.9, $"Accuracy is {trainer.Curve[^1].ValidationAccuracy} only.");
        Assert.True(trainer.Curve[^1].TrainingLoss < 0.5 * trainer.Curve[0].TrainingLoss);
        Assert.Equal(40, trainer.Curve.Count);
        Assert.Equal(40 * StepsPerEpoch, trainer.Curve[^1].Step);
        var lines = File.ReadAllLines(_folder["run", "curve.csv"]);
        Assert.Equal(41, lines.Length);
        Assert.StartsWith("epoch,step,learning_rate,training_loss,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("40,200,", lines[^1], StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["run", "curve.json"]));
        Assert.Equal("adam", File.ReadAllText(_folder["run", "config.txt"]));
    }

    [Theory]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void Stopped_after_any_step_and_resumed_it_ends_with_the_same_bytes(string optimizer)
    {
        var whole = new Setup(_folder["whole"], optimizer);
        using (var trainer = whole.Trainer())
            trainer.Run();
        var expected = whole.State();
        for (var stop = 1; stop < Epochs * StepsPerEpoch; stop += 2)
        {
            var folder = _folder[$"stop{stop}"];
            using var cancellation = new CancellationTokenSource();
            var first = new Setup(folder, optimizer) { Progress = new After(stop, cancellation.Cancel) };
            using (var trainer = first.Trainer())
            {
                Assert.ThrowsAny<OperationCanceledException>(() => trainer.Run(cancellation.Token));
                Assert.Equal(stop, trainer.Steps);
            }
            var second = new Setup(folder, optimizer);
            using (var trainer = second.Trainer())
            {
                trainer.Restore(System.IO.Path.Combine(folder, ClassificationTrainer.CheckpointName));
                Assert.Equal(stop, trainer.Steps);
                trainer.Run();
                Assert.Equal(Epochs, trainer.Curve.Count);
            }
            Assert.Equal(expected, second.State());
        }
    }

    [Fact]
    public void The_weights_depend_on_the_seed_and_not_on_the_threads()
    {
        byte[] Trained(int threads, long seed)
        {
            var run = new Setup(null, "momentum") { Threads = threads, Seed = seed };
            using var trainer = run.Trainer();
            trainer.Run();
            return ColouredSquares.Weights(run.Network);
        }

        var reference = Trained(1, 7);
        Assert.Equal(reference, Trained(1, 7));
        Assert.Equal(reference, Trained(2, 7));
        Assert.NotEqual(reference, Trained(1, 8));
    }

    [Fact]
    public void A_result_that_is_not_finite_names_its_place_and_leaves_the_last_checkpoint()
    {
        var run = new Setup(_folder["run"], "momentum");
        var checkpoint = _folder["run", ClassificationTrainer.CheckpointName];
        byte[] good = [];
        run.Progress = new After(StepsPerEpoch + 2, () =>
        {
            good = File.ReadAllBytes(checkpoint);
            run.Network.Parameters[0].Values[3] = float.NaN;
        });
        using var trainer = run.Trainer();
        var failure = Assert.Throws<NotFiniteNumberException>(() => trainer.Run());
        Assert.Contains("'convolution1.weight'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(good, File.ReadAllBytes(checkpoint));
        Assert.Throws<NotFiniteNumberException>(() => trainer.Save(checkpoint));
        Assert.Equal(good, File.ReadAllBytes(checkpoint));
    }

    [Theory]
    [InlineData("optimizer.convolution1.weight.")]
    [InlineData("average.convolution1.weight")]
    public void State_that_is_not_finite_is_not_written(string name)
    {
        var run = new Setup(null, "momentum") { Epochs = 1 };
        using var trainer = run.Trainer();
        trainer.Run();
        var checkpoint = _folder["checkpoint.bin"];
        trainer.Save(checkpoint);
        var good = File.ReadAllBytes(checkpoint);
        run.Spoil(name);
        Assert.Contains($"'{name}", Assert.Throws<NotFiniteNumberException>(() => trainer.Save(checkpoint)).Message, StringComparison.Ordinal);
        Assert.Equal(good, File.ReadAllBytes(checkpoint));
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_with_its_step()
    {
        var run = new Setup(_folder["run"], "momentum") { Loss = new Broken() };
        using var trainer = run.Trainer();
        Assert.Contains("loss of step 1 is", Assert.Throws<NotFiniteNumberException>(() => trainer.Run()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["run", ClassificationTrainer.CheckpointName]));
    }

    [Fact]
    public void Other_settings_do_not_resume()
    {
        var run = new Setup(_folder["run"], "momentum");
        using (var trainer = run.Trainer())
            trainer.Run();
        using var other = new Setup(null, "momentum") { Configuration = "another rate" }.Trainer();
        var failure = Assert.Throws<CheckpointException>(() => other.Restore(_folder["run", ClassificationTrainer.CheckpointName]));
        Assert.Contains("another rate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plateau_is_told_the_results_and_lowers_the_rate()
    {
        var run = new Setup(null, "momentum") { Epochs = 4, Schedule = new Plateau(new ConstantSchedule(0.01)) { Patience = 0, Threshold = 1e9, RelativeThreshold = false, Factor = 0.5 } };
        using var trainer = run.Trainer();
        trainer.Run();
        // The first result is the best; none after it is better by so much.
        Assert.Equal([0.01, 0.01, 0.005, 0.0025], trainer.Curve.Select(point => point.LearningRate));
    }

    [Fact]
    public void A_loss_has_weights_of_its_own_that_are_trained_and_saved()
    {
        TrainingOptions Options(int epochs) => new() { Epochs = epochs, Loss = new Tempered(classes: 1), Folder = _folder["run"] };
        ClassificationTrainer Trainer(Network network, TrainingOptions options) => new(network, ColouredSquares.Loader(s_pictures, Batch), new Sgd([ParameterGroup.Of(network), new ParameterGroup(options.Loss.Parameters)], 0.05, 0.9), new ConstantSchedule(0.05), options);

        var (network, options) = (ColouredSquares.Network(), Options(4));
        using (var trainer = Trainer(network, options))
            trainer.Run();
        Assert.True(options.Loss.Parameters[0].Values[0] > 1.01f, $"The temperature is {options.Loss.Parameters[0].Values[0]} still.");
        var (again, other) = (ColouredSquares.Network(), Options(4));
        using var resumed = Trainer(again, other);
        resumed.Restore(_folder["run", ClassificationTrainer.CheckpointName]);
        Assert.Equal(options.Loss.Parameters[0].Values.ToArray(), other.Loss.Parameters[0].Values.ToArray());
    }

    [Fact]
    public void Networks_that_are_no_classifiers_are_refused()
    {
        var network = ColouredSquares.Network();
        network.Output("second", network.OutputValue("classes"));
        Assert.Throws<ArgumentException>(() => new ClassificationTrainer(network, ColouredSquares.Loader(s_pictures, Batch), new Sgd(network, 0.1), new ConstantSchedule(0.1), new TrainingOptions { Epochs = 1 }));
    }

    /// <summary>All that one run is made of, made anew each time.</summary>
    private sealed class Setup(string? folder, string optimizer)
    {
        private ExponentialMovingAverage? _average;
        private Optimizer? _optimizer;

        public Network Network { get; } = ColouredSquares.Network();

        public int Epochs { get; init; } = ClassificationTrainerTests.Epochs;

        public int Threads { get; init; } = 1;

        public long Seed { get; init; } = 7;

        public string? Configuration { get; init; }

        public ILoss Loss { get; init; } = new SoftmaxCrossEntropy { LabelSmoothing = 0.05 };

        public ISchedule Schedule { get; init; } = new WarmUp(new CosineSchedule(0.05, 200), 3);

        public IProgress<TrainingProgress>? Progress { get; set; }

        public ClassificationTrainer Trainer()
        {
            _optimizer = optimizer == "adam" ? new Adam(Network) : new Sgd(Network, 0.05, 0.9, nesterov: true, weightDecay: 1e-3);
            _average = new ExponentialMovingAverage(Network, 0.9);
            return new ClassificationTrainer(Network, ColouredSquares.Loader(s_pictures, Batch, seed: Seed), _optimizer, Schedule, new TrainingOptions
            {
                Epochs = Epochs,
                Loss = Loss,
                ClipNorm = 5,
                Average = _average,
                Seed = Seed,
                Threads = Threads,
                Validation = ColouredSquares.Loader(s_others, 16, training: false),
                Folder = folder,
                Configuration = Configuration ?? optimizer,
                Progress = Progress,
            });
        }

        /// <summary>Weights, optimiser and averages, as bytes.</summary>
        /// <summary>An infinity in a tensor of the optimizer's or the average's state.</summary>
        public void Spoil(string name)
        {
            var spoiler = new Spoiler(name);
            _optimizer!.VisitState(spoiler);
            _average!.VisitState(spoiler);
        }

        public byte[] State()
        {
            using var temporary = new TemporaryFolder();
            Checkpoint.Save(temporary["state"], Network, _optimizer!, _average!);
            return File.ReadAllBytes(temporary["state"]);
        }
    }

    private sealed class Spoiler(string start) : StateVisitor
    {
        public override void Singles(string name, Shape shape, Span<float> values)
        {
            if (name.StartsWith(start, StringComparison.Ordinal))
                values[^1] = float.NegativeInfinity;
        }

        public override void Integer(string name, ref long value)
        {
        }

        public override void Real(string name, ref double value)
        {
        }

        public override void Text(string name, ref string value)
        {
        }
    }

    private sealed class After(long step, Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
                action();
        }
    }

    private sealed class Broken : ILoss
    {
        public IReadOnlyList<Parameter> Parameters => [];

        public double Compute<T>(ReadOnlySpan<T> outputs, ReadOnlySpan<int> labels, Span<T> gradient, LossParameters<T> parameters)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
            => double.PositiveInfinity;
    }
}
