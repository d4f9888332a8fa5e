using Semblance.Benchmarks;

// A verb prints one small table in seconds to minutes.
// A new verb: one file with an IBenchmarkVerb, one line here.
IBenchmarkVerb[] verbs =
[
    new ScanVerb(),
    new IngestVerb(),
    new CopiesVerb(),
    new RetrievalVerb(),
    new LargeVerb(),
    new DecodeVerb(),
    new FormatsVerb(),
    new ColdVerb(),
    new ColdStagesVerb(),
    new BuildsVerb(),
    new GalleryVerb(),
    new MemoryVerb(),
    new FuzzVerb(),
    new EmbeddingsVerb(),
    new CodesVerb(),
    new GraphVerb(),
    new NeighboursVerb(),
    new CodecsVerb(),
    new OpenVerb(),
    new FastScanVerb(),
    new OnnxImportVerb(),
    new GemmVerb(),
    new LoaderVerb(),
    new ConvolutionVerb(),
    new TrainingStepVerb(),
    new InferenceVerb(),
    new OnnxInferenceVerb(),
    new CifarVerb(),
    new TorchCompareVerb(),
    new VectorStoreVerb(),
];

if (args is [var name, .. var rest] && verbs.FirstOrDefault(verb => verb.Name == name) is { } chosen)
{
    try
    {
        return chosen.Run(rest);
    }
    catch (VerbUsageException e)
    {
        Console.Error.WriteLine($"{name}: {e.Message}");
        return 2;
    }
}
foreach (var verb in verbs.Where(verb => verb.Summary.Length > 0))
    Console.Error.WriteLine($"{verb.Name,-8} {verb.Summary}");
if (args.Length == 0)
    return 0;
Console.Error.WriteLine($"There is no measurement named {args[0]}; choose one of these.");
return 2;
