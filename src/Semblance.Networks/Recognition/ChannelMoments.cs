namespace Semblance.Networks.Recognition;

/// <summary>What the norms see of one picture.</summary>
internal readonly record struct PictureMoments(ChannelMoments[] Norms);

/// <summary>Mean and mean square of each channel in front of one norm, over one picture.</summary>
internal readonly record struct ChannelMoments(NormMemory Norm, double[] Mean, double[] Square)
{
    /// <param name="values">[channels, places].</param>
    public static ChannelMoments Of(ReadOnlySpan<float> values, NormMemory norm)
    {
        var channels = norm.Mean.Length;
        var places = values.Length / channels;
        var (means, squares) = (new double[channels], new double[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            double sum = 0, square = 0;
            foreach (var value in values.Slice(channel * places, places))
            {
                sum += value;
                square += (double)value * value;
            }
            (means[channel], squares[channel]) = (sum / places, square / places);
        }
        return new ChannelMoments(norm, means, squares);
    }

    /// <summary>Mean distance of the pictures together from what the norms hold.</summary>
    public static double Distance(IReadOnlyList<PictureMoments> pictures)
    {
        var norms = pictures[0].Norms.Length;
        return Enumerable.Range(0, norms).Average(norm => Distance([.. pictures.Select(picture => picture.Norms[norm])]));
    }

    /// <summary>
    /// Mean over channels of log(1 + J), J = ½ ((v + d²)/σ² + (σ² + d²)/v) − 1 with d the difference of the means and v and σ² the two variances.
    /// </summary>
    private static double Distance(ChannelMoments[] pictures)
    {
        var (mean, variance) = (pictures[0].Norm.Mean, pictures[0].Norm.Variance);
        var (total, channels) = (0.0, 0);
        // A channel that is as good as constant tells nothing.
        var least = 1e-6 * variance.Max();
        for (var channel = 0; channel < mean.Length; channel++)
        {
            if (variance[channel] <= least)
                continue;
            double sum = 0, square = 0;
            foreach (var picture in pictures)
            {
                sum += picture.Mean[channel];
                square += picture.Square[channel];
            }
            var seen = sum / pictures.Length;
            var spread = Math.Max((square / pictures.Length) - (seen * seen), 1e-9 * variance[channel]);
            var shift = (seen - mean[channel]) * (seen - mean[channel]);
            total += Math.Log(0.5 * (((spread + shift) / variance[channel]) + ((variance[channel] + shift) / spread)));
            channels++;
        }
        return channels > 0 ? total / channels : double.PositiveInfinity;
    }
}
