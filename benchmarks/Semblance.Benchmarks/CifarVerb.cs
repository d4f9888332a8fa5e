using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Semblance.Benchmarks.Figures;
using Semblance.Imaging;
using Semblance.Learning;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// A small residual network trained from scratch on a share of CIFAR-10, to a known accuracy, with its curve, its cost and a hash of its
/// weights: the same seed twice gives the same hash, with one thread or two, and with a stop in between.
/// </summary>
internal sealed class CifarVerb : IBenchmarkVerb
{
    private const int Side = 32;
    private const int Classes = 10;

    // The usual recipe for small residual networks: batches of 128, Nesterov's momentum, one cycle of the rate.
    private const double Rate = 0.2;
    private const double Momentum = 0.9;
    private const double Decay = 5e-4;
    private const double Smoothing = 0.1;
    private const double Rise = 0.25;

    public string Name => "cifar";

    public string Summary => "small ResNet trained from scratch on CIFAR-10 (--data FOLDER --output FOLDER [--epochs E --width W --batch B --seed S --threads T --resume CHECKPOINT --limit N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--data", "--output", "--epochs", "--width", "--batch", "--seed", "--threads", "--resume", "--limit");
        var folder = arguments.Text("--data") ?? "../shared/data/cifar10";
        var output = arguments.Required("--output");
        var (epochs, batch, seed, threads) = (arguments.Number("--epochs", 50), arguments.Number("--batch", 128), arguments.Number("--seed", 1), arguments.Number("--threads", 2));
        var width = Width(arguments.Text("--width") ?? "1");

        var limit = arguments.Number("--limit", int.MaxValue);
        var (train, test) = (Some(LabelledPictures.FromTar(Path.Combine(folder, "train.tar.gz")), limit), Some(LabelledPictures.FromTar(Path.Combine(folder, "test.tar.gz")), limit));
        var input = new ModelInput(Side, Side, ChannelOrder.Rgb, TensorLayout.Nhwc, [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616], 1 / 255.0, ResizeRule.Stretch);
        var training = new DataLoader(train, new ShuffledBatches(train.Count, batch, dropLast: true), input, new() { Augmentation = AugmentationPipeline.Cifar, Seed = seed });
        var validation = new DataLoader(test, new SequentialBatches(test.Count, batch), input);

        var network = Architectures.Build("small-resnet", new ArchitectureOptions { Classes = Classes, WidthMultiplier = width, Seed = seed });
        var schedule = new OneCycleSchedule(Rate, (long)epochs * (train.Count / batch), Rise);
        var optimizer = new Sgd(network, Rate, Momentum, nesterov: true, Decay);
        var options = new TrainingOptions
        {
            Epochs = epochs,
            Loss = new SoftmaxCrossEntropy { LabelSmoothing = Smoothing },
            Seed = seed,
            Threads = threads,
            Validation = validation,
            Folder = output,
            Configuration = string.Create(CultureInfo.InvariantCulture, $"small-resnet width {width} seed {seed}, {train.Count} pictures, crop and flip, batch {batch}, {epochs} epochs, SGD rate {Rate} one cycle rising {Rise} Nesterov {Momentum} decay {Decay}, label smoothing {Smoothing}"),
        };
        options = options with { Progress = new Lines(epochs) };
        using var trainer = new ClassificationTrainer(network, training, optimizer, schedule, options);
        if (arguments.Text("--resume") is { } checkpoint)
            trainer.Restore(checkpoint);
        return Run(trainer, network, options, arguments.Json);
    }

    private int Run(ClassificationTrainer trainer, Network network, TrainingOptions options, bool json)
    {
        using var cancellation = new CancellationTokenSource();
        // A run in the background is stopped by SIGTERM.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            cancellation.Cancel();
        }
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            trainer.Run(cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"Stopped after step {trainer.Steps}; go on with --resume {Path.Combine(options.Folder!, ClassificationTrainer.CheckpointName)} and the same settings.");
            return 130;
        }
        var last = trainer.Curve[^1];
        var table = new FigureTable(Name);
        table.Condition("run", options.Configuration);
        table.Condition("threads", options.Threads);
        table.Condition("weights", Hash(network));
        table.Add("test accuracy", last.ValidationAccuracy ?? 0, "", $"epoch {last.Epoch}");
        table.Add("test loss", last.ValidationLoss ?? 0, "nats");
        table.Add("training accuracy", last.TrainingAccuracy, "", "augmented pictures");
        table.Add("speed", trainer.Curve.Select(point => point.PicturesPerSecond), "pictures/s", "by epoch");
        table.Add("time", last.Seconds / 60, "min");
        table.Add("processor time", last.CpuSeconds / 60, "min", "all threads, loader and evaluations included");
        table.Print(json);
        return 0;
    }

    private static string Hash(Network network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in network.Parameters)
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Of all classes, so that a short trial is a small version of the whole.
    private static LabelledPictures Some(LabelledPictures data, int limit)
        => data.Count <= limit ? data : data.Subset([.. Enumerable.Range(0, limit).Select(i => (int)((long)i * data.Count / limit))]);

    private static double Width(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var width) && width > 0 && double.IsFinite(width)
            ? width
            : throw new VerbUsageException($"--width takes a number above 0, not '{text}'.");

    /// <summary>A line every 20 steps on stderr.</summary>
    private sealed class Lines(int epochs) : IProgress<TrainingProgress>
    {
        private const int Every = 20;

        public void Report(TrainingProgress value)
        {
            if (value.Step % Every == 0)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch + 1}/{epochs} step {value.Step} loss {value.Loss:0.000} accuracy {value.Accuracy:0.000} rate {value.LearningRate:0.0000} gradient {value.GradientNorm:0.00} {value.PicturesPerSecond:0} pictures/s"));
        }
    }
}
