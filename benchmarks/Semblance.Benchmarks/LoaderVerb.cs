using System.Diagnostics;
using Semblance.Benchmarks.Figures;
using Semblance.Imaging;
using Semblance.Learning;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// Pictures a second that the data loader gives when nothing else waits: small pictures from memory with the recipe for CIFAR, photographs
/// at 128 x 128 with full augmentation, decoded anew and from the cache. A training step must take longer than its batch does here.
/// </summary>
internal sealed class LoaderVerb : IBenchmarkVerb
{
    private const int PhotoSide = 128;
    private const int SmallSide = 32;

    public string Name => "loader";

    public string Summary => "data loader, pictures/s (--small ARCHIVE.tar.gz --photos CLASS-FOLDERS [--rounds R] [--limit N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--small", "--photos", "--rounds", "--limit");
        var rounds = arguments.Number("--rounds", 5);
        var limit = arguments.Number("--limit", 1000);
        var small = LabelledPictures.FromTar(arguments.Required("--small"));
        var photos = Some(LabelledPictures.FromFolder(arguments.Required("--photos")), limit);
        var table = new FigureTable(Name);
        table.Condition("rounds", rounds);
        table.Condition("small pictures", small.Count);
        table.Condition("photos", photos.Count);
        var full = new AugmentationPipeline(new RandomResizedCrop(), new RandomHorizontalFlip(), new RandomRotate(), new ColourJitter(), new RandomErasing());
        foreach (var threads in new[] { 1, 2 })
        {
            Measure(table, $"{SmallSide}², cached, shift and flip, {threads} thread(s)", small, 128, SmallSide, rounds, new() { Threads = threads, Augmentation = AugmentationPipeline.Cifar });
            Measure(table, $"{SmallSide}², cached, all steps, {threads} thread(s)", small, 128, SmallSide, rounds, new() { Threads = threads, Augmentation = full });
            Measure(table, $"{PhotoSide}², decoded, all steps, {threads} thread(s)", photos, 16, PhotoSide, rounds, new() { Threads = threads, Augmentation = full, CacheBytes = 0 });
            Measure(table, $"{PhotoSide}², cached, crop, flip and colours, {threads} thread(s)", photos, 16, PhotoSide, rounds, new() { Threads = threads, Augmentation = AugmentationPipeline.ImageNet, CacheBytes = 1L << 30 });
            Measure(table, $"{PhotoSide}², cached, all steps, {threads} thread(s)", photos, 16, PhotoSide, rounds, new() { Threads = threads, Augmentation = full, CacheBytes = 1L << 30 });
        }
        table.Print(arguments.Json);
        return 0;
    }

    // Of all classes, so that the sizes are those of the whole set.
    private static LabelledPictures Some(LabelledPictures data, int limit)
        => data.Count <= limit ? data : data.Subset([.. Enumerable.Range(0, limit).Select(i => (int)((long)i * data.Count / limit))]);

    private static void Measure(FigureTable table, string what, LabelledPictures data, int batchSize, int side, int rounds, DataLoaderOptions options)
    {
        var input = new ModelInput(side, side, ChannelOrder.Rgb, TensorLayout.Nhwc, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 1 / 255.0, ResizeRule.Crop);
        var loader = new DataLoader(data, new ShuffledBatches(data.Count, batchSize), input, options);
        // The first epoch fills the cache and warms the code up.
        Read(loader, 0);
        var (rates, costs) = (new List<double>(), new List<double>());
        for (var epoch = 1; epoch <= rounds; epoch++)
        {
            var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var pictures = Read(loader, epoch);
            rates.Add(pictures / watch.Elapsed.TotalSeconds);
            costs.Add((Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / pictures);
        }
        table.Add(what, rates, "pictures/s", $"{Spread.Of(costs).Median:0} us of processor a picture");
    }

    private static int Read(DataLoader loader, int epoch)
    {
        var pictures = 0;
        foreach (var batch in loader.Epoch(epoch))
        {
            pictures += batch.Count;
            batch.Dispose();
        }
        return pictures;
    }
}
