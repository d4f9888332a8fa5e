using Semblance.Features.Preprocessing;
using Semblance.Imaging;
using Semblance.Networks;

namespace Semblance.Features;

/// <summary>What pictures told of how a network wants to be fed.</summary>
/// <param name="Verdict">Null where there was no photograph.</param>
/// <param name="Grey">Pictures without colour, which were left out.</param>
/// <param name="Drawn">Icons, drawings and the like, which were left out.</param>
public sealed record FeedingFinding(FeedingVerdict? Verdict, int Grey, int Drawn);

/// <summary>Feeds pictures to a <see cref="FeedingProbe"/>.</summary>
public static class FeedingRecognition
{
    /// <summary>Photographs that are fed; more make the answer no surer.</summary>
    public const int MostPictures = 16;

    /// <summary>
    /// Feeds photographs until there are <see cref="MostPictures"/>. Networks learn from photographs, so that what is grey or drawn says nothing of how
    /// they are fed and is only counted.
    /// </summary>
    /// <param name="input">Size, layout and resize rule of the network.</param>
    /// <param name="pictures">Taken one after the other as long as any are needed.</param>
    /// <exception cref="OnnxException">The network cannot be run.</exception>
    public static FeedingFinding Recognise(FeedingProbe probe, ModelInput input, IEnumerable<Picture> pictures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(pictures);
        var levels = new PixelTensor(Feeding.Levels.ApplyTo(input));
        var fed = new float[levels.Length];
        var (grey, drawn) = (0, 0);
        foreach (var picture in pictures)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (PictureNatures.Of(picture))
            {
                case PictureNature.Grey:
                    grey++;
                    continue;
                case PictureNature.Drawn:
                    drawn++;
                    continue;
            }
            levels.Fill(picture, fed);
            probe.Add(fed);
            if (probe.Pictures >= MostPictures)
                break;
        }
        return new FeedingFinding(probe.Pictures > 0 ? probe.Judge(cancellationToken: cancellationToken) : null, grey, drawn);
    }
}
