using System.Runtime.InteropServices;
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

    private const double MostSamples = 3e5;

    /// <summary>Opens a frame of a picture; only its header is read. A missing end of the data fails when the pixels are computed.</summary>
    /// <param name="strict">What the loader would only warn of fails, too.</param>
    internal static VipsImage Open(PictureLoader loader, byte* data, int length, int frame = 0, bool strict = false)
        => Load(loader, data, length, frame, strict).RunToImage();

    /// <summary>8-bit RGB of the plan's target size.</summary>
    /// <param name="range">What is black and white among samples that are not plain; null for plain ones.</param>
    internal static byte[] Read(PictureLoader loader, byte* data, int length, VipsImage header, DecodePlan plan, int orientation, int frame, SampleRange? range, bool strict = false)
    {
        using var reloaded = Reload(loader, data, length, header, plan, frame, strict);
        return Finish(reloaded ?? header, header.Width, header.Height, header.Has("icc-profile-data"), plan, orientation, range);
    }

    /// <summary>Least and greatest sample of a frame, all channels but alpha taken together. Computes all pixels, twice.</summary>
    /// <param name="noData">Samples of this value are taken for <paramref name="instead"/>.</param>
    internal static (double Least, double Greatest) Extremes(PictureLoader loader, byte* data, int length, int frame, double? noData = null, double instead = 0)
        => (Extreme(loader, data, length, frame, "min", noData, instead), Extreme(loader, data, length, frame, "max", noData, instead));

    /// <summary>A few hundred thousand samples of a frame at most, evenly spread, all channels but alpha.</summary>
    internal static float[] SomeSamples(PictureLoader loader, byte* data, int length, int frame)
    {
        using var first = Load(loader, data, length, frame).RunToImage();
        using var chain = new VipsChain(first);
        if (first.HasAlpha)
            chain.Then("extract_band", call => call.With("band", 0).With("n", first.Bands - 1));
        var step = (int)Math.Ceiling(Math.Sqrt((double)first.Width * first.Height * chain.Image.Bands / MostSamples));
        if (step > 1)
            chain.Then("subsample", call => call.With("xfac", Math.Min(step, first.Width)).With("yfac", Math.Min(step, first.Height)));
        if (chain.Image.SampleKind != VipsSampleKind.Float)
            chain.Then("cast", call => call.With("format", "float"));
        return MemoryMarshal.Cast<byte, float>(chain.Image.ToArray()).ToArray();
    }

    /// <summary>The same stations for pixels that are decoded already.</summary>
    /// <param name="loaded">The pixels, perhaps shrunk.</param>
    /// <param name="storedWidth">Of the picture before it was shrunk.</param>
    internal static byte[] Finish(VipsImage loaded, int storedWidth, int storedHeight, bool hasProfile, DecodePlan plan, int orientation, SampleRange? range = null)
    {
        using var chain = new VipsChain(loaded);
        if (!plan.Whole)
            Crop(chain, plan.Stored, loaded.Width / (double)storedWidth, loaded.Height / (double)storedHeight);
        var isCmyk = chain.Image.Interpretation == VipsInterpretation.Cmyk;
        if (isCmyk)
            chain.Then("icc_transform", call => call.With("output-profile", "srgb").With("input-profile", "cmyk").With("embedded", "true").With("depth", 8));
        if (range is { } known)
            Scale(chain, known);
        ToBytes(chain);
        // Channels behind the colours and one of alpha mean something to their writer alone.
        if (chain.Image.Bands > 4)
            chain.Then("extract_band", call => call.With("band", 0).With("n", 3));
        var hasAlpha = chain.Image.Bands is 2 or 4;
        var (width, height) = plan.StoredTarget;
        if (hasAlpha)
            ResizeWithAlpha(chain, width, height);
        else
            chain.Resize(width, height);
        if (!isCmyk && hasProfile)
            ToSrgb(chain);
        if (chain.Image.Bands < 3)
            chain.Then("colourspace", call => call.With("space", "srgb").With("source-space", "b-w"));
        chain.Turn(orientation);
        var pixels = chain.Image.ToArray();
        return hasAlpha ? Matte.Lay(pixels) : pixels;
    }

    // What lies under full transparency must not bleed into what is shown, so colours are averaged by their opacity.
    private static void ResizeWithAlpha(VipsChain chain, int width, int height)
    {
        if (chain.Image.Width == width && chain.Image.Height == height)
            return;
        chain.Then("premultiply", call => call);
        chain.Resize(width, height);
        chain.Then("unpremultiply", call => call);
        chain.Then("cast", call => call.With("format", "uchar"));
    }

    private static void Scale(VipsChain chain, SampleRange range)
    {
        if (range.NoData is { } none)
            Replace(chain, none, range.Black);
        var factor = 255 / (range.White - range.Black);
        // Numbers are cut, not rounded, when they become bytes.
        chain.Then("linear", call => call.With("a", factor).With("b", 0.5 - (range.Black * factor)).With("uchar", "true"));
        chain.Then("copy", call => call.With("interpretation", chain.Image.Bands < 3 ? "b-w" : "srgb"));
    }

    // A sample that holds no data becomes another, channel by channel.
    private static void Replace(VipsChain chain, double noData, double instead)
    {
        var image = chain.Image;
        chain.Then("linear", call => call.With("a", 1.0).With("b", -noData));
        chain.Then("abs", call => call);
        chain.Then("relational_const", call => call.With("relational", "lesseq").With("c", SampleRange.Slack(noData)));
        var mask = chain.Image;
        chain.Restart(image);
        chain.Then("linear", call => call.With("a", 0.0).With("b", instead));
        chain.Take(new VipsOperation("ifthenelse").With("cond", mask).With("in1", chain.Image).With("in2", image).RunToImage());
    }

    private static double Extreme(PictureLoader loader, byte* data, int length, int frame, string operation, double? noData, double instead)
    {
        using var chain = new VipsChain(Load(loader, data, length, frame).RunToImage());
        using var first = chain.Image;
        if (first.HasAlpha)
            chain.Then("extract_band", call => call.With("band", 0).With("n", first.Bands - 1));
        if (noData is { } none)
            Replace(chain, none, instead);
        return new VipsOperation(operation).With("in", chain.Image).RunToNumber();
    }

    private static VipsOperation Load(PictureLoader loader, byte* data, int length, int frame = 0, bool strict = false)
    {
        var call = new VipsOperation(loader.Operation).With("buffer", data, length).With("access", "sequential").With("fail-on", strict ? "warning" : "truncated");
        return frame > 0 ? call.With("page", frame) : call;
    }

    /// <summary>Opens again at a smaller scale where the format can; null where it cannot or need not.</summary>
    private static VipsImage? Reload(PictureLoader loader, byte* data, int length, VipsImage header, DecodePlan plan, int frame, bool strict)
    {
        var shrink = plan.Shrink;
        if (loader.Format == "svg")
            shrink = Math.Max(shrink, Math.Sqrt((double)header.Width * header.Height / MostDrawnPixels));
        switch (loader.Format)
        {
            // The discrete cosine transform can be inverted at 1/2, 1/4 and 1/8.
            case "jpeg" when shrink >= 2:
                return Load(loader, data, length, 0, strict).With("shrink", shrink >= 8 ? 8 : shrink >= 4 ? 4 : 2).RunToImage();
            case "webp" or "svg" when shrink > 1:
                return Load(loader, data, length, frame).With("scale", 1 / shrink).RunToImage();
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
