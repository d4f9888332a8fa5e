using Semblance.Index;

namespace Semblance.Benchmarks;

/// <summary>What each codec costs and keeps: bytes a vector and recall@10 by length of the shortlist, on a sample it was not fitted to.</summary>
internal sealed class CodecsVerb : IBenchmarkVerb
{
    private const int FittedRows = 20_000;
    private const int MeasuredRows = 20_000;

    public string Name => "codecs";

    public string Summary => "fidelity of every codec: --base F.fbin [--metric l2|cosine|innerproduct]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--base", "--metric");
        var vectors = VectorFile.Read(arguments.Required("--base"));
        var metric = Enum.Parse<Metric>(arguments.Text("--metric") ?? nameof(Metric.L2), ignoreCase: true);
        if (vectors.Rows < FittedRows + MeasuredRows)
            throw new VerbUsageException($"{vectors.Rows} rows are too few; {FittedRows + MeasuredRows} are needed.");
        var fitted = vectors.Slice(0, FittedRows);
        var measured = vectors.Slice(FittedRows, MeasuredRows);
        var dimension = vectors.Columns;
        VectorCodec[] codecs =
        [
            VectorCodec.Scalar(dimension, 8),
            VectorCodec.Scalar(dimension, 4, rotationSeed: 1),
            VectorCodec.Product(fitted, dimension / 2, 4),
            VectorCodec.Product(fitted, dimension / 2, 4, optimizedRotation: true),
            VectorCodec.Product(fitted, dimension / 4, 8),
            VectorCodec.Product(fitted, dimension / 4, 8, optimizedRotation: true),
            VectorCodec.RaBitQ(fitted),
        ];
        var bits = dimension / 64 * 64;
        BinaryCodec[] binary = bits == 0 ? [] : [BinaryCodec.Sign(fitted, bits), BinaryCodec.Itq(fitted, bits)];
        Console.WriteLine($"{"codec",-14} {"bytes",6} {"@10",8} {"@20",8} {"@50",8} {"@100",8} {"@200",8}");
        foreach (var fidelity in codecs.Select(codec => codec.Measure(measured, metric, 300)).Concat(binary.Select(codec => codec.Measure(measured, metric, 300))))
        {
            var recall = fidelity.Recall.ToDictionary(point => point.Shortlist, point => point.Recall);
            Console.WriteLine($"{fidelity.Codec,-14} {fidelity.BytesPerVector,6:0} {recall[10],8:0.0000} {recall[20],8:0.0000} {recall[50],8:0.0000} {recall[100],8:0.0000} {recall[200],8:0.0000}");
        }
        return 0;
    }
}
