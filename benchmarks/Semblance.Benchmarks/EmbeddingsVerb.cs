using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Benchmarks.Vectors;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// Makes the embedding files that index measurements use: vectors of the default embedder of photos, and of crops and
/// mirror images of them. Queries come from photos that the base never saw. The raw vectors are written as they come,
/// so that a run may be given an end by <c>--minutes</c>; rows are then shuffled and projected. Without pictures it
/// projects what the raw files of an earlier run hold.
/// </summary>
/// <remarks>
/// Writes <c>embed.fbin</c> and <c>embed.query.fbin</c> (256 columns, whitened with shrinkage as the gallery does,
/// length 1) and <c>embedip.fbin</c>, <c>embedip.query.fbin</c>: the same rows brought to 256 columns by PCA and left at
/// their own lengths, for the inner product.
/// </remarks>
internal sealed class EmbeddingsVerb : IBenchmarkVerb
{
    private const int Dimension = 256;
    private const float Shrink = 5;
    private const int HeldOutPhotos = 250;
    private const int ViewsPerVisit = 6;
    private const int SampleRows = 20_000;

    public string Name => "embeddings";

    public string Summary => "makes embedding files for index measurements (--output DIR [--pictures DIR[,DIR]] [--count N] [--queries N] [--minutes N] [--threads T] [--seed S])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--output", "--count", "--queries", "--minutes", "--threads", "--seed");
        var output = Directory.CreateDirectory(arguments.Required("--output")).FullName;
        var seed = arguments.Number("--seed", 1);
        var (queryFile, baseFile) = (Path.Combine(output, "embed.query.raw.fbin"), Path.Combine(output, "embed.raw.fbin"));
        if (arguments.Text("--pictures") is { } pictures)
            Embed(pictures, arguments, seed, queryFile, baseFile);
        else if (!File.Exists(queryFile) || !File.Exists(baseFile))
            throw new VerbUsageException($"Without --pictures, '{output}' must hold the raw files of an earlier run.");

        var queries = FloatRowFile.Read(queryFile);
        var rows = Shuffled(FloatRowFile.Read(baseFile), seed);
        var sample = rows.Slice(0, Math.Min(rows.Rows, SampleRows));
        var whitening = ShrunkWhitening.Fit(sample, Dimension, Shrink, seed);
        FloatRowFile.Write(Path.Combine(output, "embed.fbin"), whitening.Apply(rows));
        FloatRowFile.Write(Path.Combine(output, "embed.query.fbin"), whitening.Apply(queries));
        var pca = Pca.Fit(sample, Dimension);
        FloatRowFile.Write(Path.Combine(output, "embedip.fbin"), pca.Transform(rows));
        FloatRowFile.Write(Path.Combine(output, "embedip.query.fbin"), pca.Transform(queries));

        var table = new FigureTable(Name);
        table.Condition("photos held out for queries", HeldOutPhotos);
        table.Add("base vectors", rows.Rows, "");
        table.Add("query vectors", queries.Rows, "");
        table.Print(arguments.Json);
        return 0;
    }

    private static void Embed(string pictures, VerbArguments arguments, int seed, string queryFile, string baseFile)
    {
        var photos = PictureSelection.Of(pictures, int.MaxValue).ToArray();
        if (photos.Length < 2 * HeldOutPhotos)
            throw new VerbUsageException($"{photos.Length} photos are too few: {HeldOutPhotos} are held out for the queries.");
        new SeededRandom(seed).Shuffle(photos.AsSpan());
        using var embedder = Embedders.Open(Embedders.DefaultId, ModelStore.Default, use: EmbedderUse.Many);
        var maker = new VectorMaker(embedder, arguments.Number("--threads", 1), seed);
        maker.Make(photos[..HeldOutPhotos], 0, queryFile, arguments.Number("--queries", 1_000), TimeSpan.MaxValue);
        maker.Make(photos[HeldOutPhotos..], HeldOutPhotos, baseFile, arguments.Number("--count", 110_000), TimeSpan.FromMinutes(arguments.Number("--minutes", 24 * 60)));
    }

    private static Matrix Shuffled(Matrix rows, int seed)
    {
        var order = Enumerable.Range(0, rows.Rows).ToArray();
        new SeededRandom(seed).Shuffle(order.AsSpan());
        var shuffled = new Matrix(rows.Rows, rows.Columns);
        for (var i = 0; i < order.Length; i++)
            rows.Row(order[i]).CopyTo(shuffled.Row(i));
        return shuffled;
    }

    private sealed class VectorMaker(IEmbedder embedder, int threads, int seed)
    {
        /// <summary>Visits the photos in turn, some views at each visit, until there are enough vectors or the time is up.</summary>
        public void Make(string[] photos, int firstNumber, string rawFile, int count, TimeSpan limit)
        {
            using var file = new FloatRowFile(rawFile, embedder.Description.Dimension, goOn: true);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            // A file that an earlier run left goes on where that run stood, nearly: pictures that could not be read made no rows.
            var visit = file.Rows / ViewsPerVisit;
            while (file.Rows < count && clock.Elapsed < limit)
            {
                var batches = new Matrix?[threads];
                Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => batches[i] = Visit(photos, firstNumber, visit + i));
                visit += threads;
                foreach (var batch in batches.OfType<Matrix>())
                    file.Add(batch.Slice(0, Math.Min(batch.Rows, count - file.Rows)));
            }
        }

        private Matrix? Visit(string[] photos, int firstNumber, int visit)
        {
            var photo = visit % photos.Length;
            // Crops down to half a side still fill the network's input.
            var decoded = PictureDecoder.Shared.DecodeFile(photos[photo], new DecodeOptions { MinimumSide = 2 * embedder.Description.Needs.MinimumSide }).Picture;
            return decoded is null ? null : embedder.Embed(RandomViews.Of(decoded, firstNumber + photo, visit / photos.Length * ViewsPerVisit, ViewsPerVisit, seed));
        }
    }
}
