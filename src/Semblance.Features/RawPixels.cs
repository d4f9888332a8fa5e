using Semblance.Imaging;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// The picture itself, stretched to 32 x 32 RGB and L2-normalised: the baseline that any feature has to beat.
/// Layout of a vector: row, column, channel, as in the picture. A black picture gives the zero vector.
/// </summary>
public sealed class RawPixels : IEmbedder
{
    private const int Side = 32;
    private const string Settings = "raw pixels 32x32 rgb, stretched, lanczos3, l2; version 1";

    /// <summary>Of every such embedder. Twice the side, so that the shrink on load leaves the stretch something to filter.</summary>
    public static EmbedderDescription About { get; } =
        EmbedderDescription.OfDescriptor("pixels", Settings, SpaceKind.Float, Side * Side * 3, Metric.Cosine, new PictureNeeds(2 * Side));

    public EmbedderDescription Description => About;

    public Matrix Embed(IReadOnlyList<Picture> pictures)
    {
        var vectors = new Matrix(pictures.Count, About.Dimension);
        for (var i = 0; i < pictures.Count; i++)
        {
            var small = pictures[i].Resize(Side, Side).Pixels;
            var row = vectors.Row(i);
            for (var j = 0; j < small.Length; j++)
                row[j] = small[j];
            VectorMath.NormalizeL2(row);
        }
        return vectors;
    }

    public void Dispose()
    {
    }
}
