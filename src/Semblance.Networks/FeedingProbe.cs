using Semblance.Networks.Onnx;
using Semblance.Networks.Recognition;

namespace Semblance.Networks;

/// <summary>
/// Finds out how a network wants to be fed from what its batch norms remember of its training: pictures are fed in every known way, and the
/// right one is that under which each channel in front of a norm has about the mean and the variance that the norm holds. Whatever the network
/// does before the norm, be it a subtraction of its own or an activation, is run.
/// </summary>
/// <remarks>
/// The first norm tells scale and mean. The order of the channels hardly shows there, since the colours of photographs are nearly grey, so both orders go on to
/// the norms behind it, with the pictures as they are and with the colour cast of the collection taken out.
/// Distance of a way: the mean over channels of log(1 + J), J being the symmetric divergence (Jeffreys, 1946) of two normal distributions with the two
/// means and variances; the logarithm keeps a few odd channels from deciding alone.
/// Time: twelve runs of the network's beginning and four of its first norms per picture. Memory: the pictures.
/// </remarks>
public sealed class FeedingProbe
{
    // Later norms add little, and deep networks take long.
    private const int MostNorms = 24;

    // What photographs have on average (ImageNet, of levels from 0 to 255), red first.
    private static readonly double[] s_usualMean = [123.675, 116.28, 103.53];
    private static readonly double[] s_usualDeviation = [58.395, 57.12, 57.375];

    private readonly NormGraph _graph;
    private readonly ModelInput _input;
    private readonly string _inputName;
    private readonly int _threads;
    private readonly List<float[]> _pictures = [];

    private FeedingProbe(NormGraph graph, ModelInput input, string inputName, int threads)
    {
        _graph = graph;
        _input = input;
        _inputName = inputName;
        _threads = threads;
    }

    /// <summary>Pictures added so far.</summary>
    public int Pictures => _pictures.Count;

    private int Plane => _input.Width * _input.Height;

    private (int PixelStep, int ChannelStep) Steps => _input.Layout == TensorLayout.Nchw ? (1, Plane) : (3, 1);

    /// <param name="input">Size and layout of what <see cref="Add"/> gets.</param>
    /// <param name="reason">Why there is no probe, in words that follow "because".</param>
    /// <returns>Null where the network has no norm that could tell.</returns>
    internal static FeedingProbe? TryOpen(ModelProto model, string inputName, ModelInput input, int threads, out string? reason)
    {
        try
        {
            return NormGraph.Find(model, inputName, out reason) is { } graph ? new FeedingProbe(graph, input, inputName, threads) : null;
        }
        catch (OnnxImportException failure)
        {
            reason = $"its norms cannot be read ({failure.Message})";
            return null;
        }
    }

    /// <summary>Takes a picture, of which there should be eight or more.</summary>
    /// <param name="levels">Red, green and blue from 0 to 255: <c>[3, h, w]</c> or <c>[h, w, 3]</c>, by the input's layout.</param>
    public void Add(ReadOnlySpan<float> levels)
    {
        if (levels.Length != 3 * Plane)
            throw new ArgumentException($"A picture of {_input.Width} x {_input.Height} has {3 * Plane} numbers and {levels.Length} were given.", nameof(levels));
        _pictures.Add(levels.ToArray());
    }

    /// <summary>Feeds the pictures in all ways.</summary>
    /// <param name="seed">Of the resampling of pictures that tells how sure the answer is.</param>
    /// <exception cref="OnnxException">The network cannot be run up to its norms.</exception>
    /// <exception cref="InvalidOperationException">No picture was added.</exception>
    public FeedingVerdict Judge(int seed = 1, CancellationToken cancellationToken = default)
    {
        if (_pictures.Count == 0)
            throw new InvalidOperationException("No picture was added.");
        using var first = Open(1);
        Feeding[] ways = [.. Feeding.Pairs.SelectMany(pair => (Feeding[])[pair.Usual, pair.Reversed])];
        var scores = Resampling.Score(ways, [.. ways.Select(way => Run(first, way, null, cancellationToken))], [], seed);
        var (usual, reversed) = Feeding.Pairs.First(pair => pair.Usual == scores[0].Feeding || pair.Reversed == scores[0].Feeding);
        Feeding[] orders = [usual, reversed];
        var norms = Math.Min(_graph.Norms.Count, MostNorms);
        using var further = Open(norms);
        var balance = Balance();
        var orderScores = Resampling.Score(
            orders,
            [.. orders.Select(way => Run(further, way, null, cancellationToken))],
            [.. orders.Select(way => Run(further, way, balance, cancellationToken))],
            seed);
        return new FeedingVerdict(_graph.Norms[0].Name, _pictures.Count, scores, norms, orderScores, usual);
    }

    private OnnxSession Open(int norms) => new(_graph.UpTo(norms), new OnnxSessionOptions { IntraOpThreads = _threads });

    /// <summary>What the norms of a session see of each picture.</summary>
    private PictureMoments[] Run(OnnxSession session, Feeding feeding, (double Factor, double Term)[]? balance, CancellationToken cancellationToken)
    {
        string[] outputs = [.. session.Outputs.Select(output => output.Name)];
        var (pixelStep, channelStep) = Steps;
        long[] shape = _input.Layout == TensorLayout.Nchw ? [1, 3, _input.Height, _input.Width] : [1, _input.Height, _input.Width, 3];
        var fed = new float[3 * Plane];
        var moments = new PictureMoments[_pictures.Count];
        for (var picture = 0; picture < moments.Length; picture++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var channel = 0; channel < 3; channel++)
            {
                var colour = feeding.Channels == ChannelOrder.Rgb ? channel : 2 - channel;
                var (balanceFactor, balanceTerm) = balance?[colour] ?? (1, 0);
                var factor = (float)(balanceFactor * feeding.Scale / feeding.Std[channel]);
                var term = (float)(((balanceTerm * feeding.Scale) - feeding.Mean[channel]) / feeding.Std[channel]);
                var levels = _pictures[picture];
                for (var (from, to) = (colour * channelStep, channel * channelStep); to < fed.Length && to < (channel * channelStep) + (Plane * pixelStep); from += pixelStep, to += pixelStep)
                    fed[to] = (levels[from] * factor) + term;
            }
            using var results = session.Run([OnnxTensor.Of<float>(_inputName, fed, shape)], outputs);
            moments[picture] = new PictureMoments([.. Enumerable.Range(0, outputs.Length).Select(norm => ChannelMoments.Of(results[norm].Span<float>(), _graph.Norms[norm]))]);
        }
        return moments;
    }

    /// <summary>For each colour, the factor and term that give all pictures together the mean and deviation that photographs have.</summary>
    private (double Factor, double Term)[] Balance()
    {
        var (pixelStep, channelStep) = Steps;
        var balance = new (double, double)[3];
        for (var colour = 0; colour < 3; colour++)
        {
            double sum = 0, square = 0;
            foreach (var levels in _pictures)
            {
                for (var pixel = 0; pixel < Plane; pixel++)
                {
                    double level = levels[(colour * channelStep) + (pixel * pixelStep)];
                    sum += level;
                    square += level * level;
                }
            }
            var count = (double)Plane * _pictures.Count;
            var mean = sum / count;
            // Pictures of one level all over have no deviation to be brought to another.
            var factor = s_usualDeviation[colour] / Math.Max(Math.Sqrt(Math.Max((square / count) - (mean * mean), 0)), 1);
            balance[colour] = (factor, s_usualMean[colour] - (factor * mean));
        }
        return balance;
    }
}
