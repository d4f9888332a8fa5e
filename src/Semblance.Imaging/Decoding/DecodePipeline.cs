using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// The stations between a loader and RGB bytes. Loaders run in sequential access, so rows stream through; colour is
/// converted after the shrink, where there are few pixels left, except for CMYK, whose bands are not light and cannot be averaged as such.
/// </summary>
internal static unsafe class DecodePipeline
{
    /// <summary>
    /// A drawing has no pixels of its own, and a filter over many takes minutes: it is drawn at this size at most and
    /// enlarged if the caller wants the size that the drawing claims.
    /// </summary>
    private const double MostDrawnPixels = 4e6;

    /// <summary>Opens a picture; only its header is read. A missing end of the data fails when the pixels are computed.</summary>
    internal static VipsImage Open(PictureLoader loader, byte* data, int length)
        => Load(loader, data, length).RunToImage();

    /// <summary>8-bit RGB of the plan's target size.</summary>
    internal static byte[] Read(PictureLoader loader, byte* data, int length, VipsImage header, DecodePlan plan, int orientation)
    {
        using var reloaded = Reload(loader, data, length, header, plan);
        return Finish(reloaded ?? header, header, plan, orientation);
    }

    /// <summary>The same stations for pixels that are decoded already.</summary>
    internal static byte[] Finish(VipsImage loaded, VipsImage header, DecodePlan plan, int orientation)
    {
        using var chain = new VipsChain(loaded);
        if (!plan.Whole)
            Crop(chain, plan.Stored, loaded.Width / (double)header.Width, loaded.Height / (double)header.Height);
        var isCmyk = chain.Image.Interpretation == VipsInterpretation.Cmyk;
        if (isCmyk)
            chain.Then("icc_transform", call => call.With("output-profile", "srgb").With("input-profile", "cmyk").With("embedded", "true").With("depth", 8));
        ToBytes(chain);
        if (chain.Image.HasAlpha)
            chain.Then("flatten", call => call.With("background", "255"));
        if (chain.Image.Bands is 2 or > 3)
        {
            var keep = chain.Image.Bands == 2 ? 1 : 3;
            chain.Then("extract_band", call => call.With("band", 0).With("n", keep));
        }
        var (width, height) = plan.StoredTarget;
        chain.Resize(width, height);
        if (!isCmyk && header.Has("icc-profile-data"))
            ToSrgb(chain);
        if (chain.Image.Bands == 1)
            chain.Then("colourspace", call => call.With("space", "srgb").With("source-space", "b-w"));
        if (orientation > 1)
            chain.Then("autorot", call => call);
        return chain.Image.ToArray();
    }

    private static VipsOperation Load(PictureLoader loader, byte* data, int length)
        => new VipsOperation(loader.Operation).With("buffer", data, length).With("access", "sequential").With("fail-on", "truncated");

    /// <summary>Opens again at a smaller scale where the format can; null where it cannot or need not.</summary>
    private static VipsImage? Reload(PictureLoader loader, byte* data, int length, VipsImage header, DecodePlan plan)
    {
        var shrink = plan.Shrink;
        if (loader.Format == "svg")
            shrink = Math.Max(shrink, Math.Sqrt((double)header.Width * header.Height / MostDrawnPixels));
        switch (loader.Format)
        {
            // The discrete cosine transform can be inverted at 1/2, 1/4 and 1/8.
            case "jpeg" when shrink >= 2:
                return Load(loader, data, length).With("shrink", shrink >= 8 ? 8 : shrink >= 4 ? 4 : 2).RunToImage();
            case "webp" or "svg" when shrink > 1:
                return Load(loader, data, length).With("scale", 1 / shrink).RunToImage();
            default:
                return null;
        }
    }

    private static void Crop(VipsChain chain, PictureBox box, double scaleX, double scaleY)
    {
        var left = Math.Min((int)(box.X * scaleX), chain.Image.Width - 1);
        var top = Math.Min((int)(box.Y * scaleY), chain.Image.Height - 1);
        var width = Math.Clamp((int)Math.Round(box.Width * scaleX), 1, chain.Image.Width - left);
        var height = Math.Clamp((int)Math.Round(box.Height * scaleY), 1, chain.Image.Height - top);
        chain.Then("extract_area", call => call.With("left", left).With("top", top).With("width", width).With("height", height));
    }

    private static void ToBytes(VipsChain chain)
    {
        if (chain.Image.Interpretation is VipsInterpretation.Srgb or VipsInterpretation.BlackWhite && chain.Image.IsBytes)
            return;
        try
        {
            chain.Then("colourspace", call => call.With("space", chain.Image.Bands < 3 ? "b-w" : "srgb"));
        }
        catch (VipsException)
        {
            // A picture of bands without a meaning: taken as they are, cut to bytes.
            chain.Then("cast", call => call.With("format", "uchar"));
        }
        if (!chain.Image.IsBytes)
            chain.Then("cast", call => call.With("format", "uchar"));
    }

    private static void ToSrgb(VipsChain chain)
    {
        try
        {
            chain.Then("icc_transform", call => call.With("output-profile", "srgb").With("embedded", "true").With("depth", 8));
        }
        catch (VipsException)
        {
            // The profile is damaged or of another colour space than the pixels: every viewer shows such a picture as sRGB.
        }
    }
}
