using System.Globalization;
using Semblance.Imaging.Decoding;
using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Second;

/// <summary>
/// Formats that libvips does not read, decoded by ImageMagick in a process of its own: only those of the closed list, each
/// chosen by the file's own bytes. What comes back is bytes of pixels, which take the same stations as all others.
/// </summary>
internal sealed class SecondDecoder(DecoderPool pool)
{
    /// <summary>Below this many bytes a pixel, and a little for the header, a file can hold one colour and no more.</summary>
    private const double FlatBytesPerPixel = 1 / 64.0;

    private const int FlatHeader = 2048;

    internal static readonly string[] Formats = ["heic", "bmp", "jpeg-xl", "jpeg-2000", "psd", "exr", .. RawFormat.All];

    internal DecodeResult Decode(string format, ReadOnlySpan<byte> bytes, DecodeOptions options)
    {
        if (Truncation.LacksPixels(format, bytes))
            return PictureDecoder.Truncated();
        if (format == "exr" && WhyNoPicture(bytes) is { } refused)
            return refused;
        var mostPixels = (long)(Math.Min(options.MaxMegapixels, PictureDecoder.MostMegapixels) * 1e6);
        var limits = pool.Limits;
        var memory = limits.BaseMemory + bytes.Length + (long)(limits.BytesPerPixel * mostPixels);
        var part = options.Box is { } box ? Math.Min(box.Width, box.Height) : 0;
        var (answer, pixels, failure) = pool.Decode(new DecoderRequest(format, mostPixels, memory, Math.Max(0, options.MinimumSide), part), bytes);
        if (answer is null)
            return DecodeResult.Failed(failure!.Reason, failure.Message);
        return answer.Outcome switch
        {
            DecoderOutcome.Decoded => Finish(format, bytes, options, answer, pixels),
            DecoderOutcome.TooLarge when answer.StoredWidth > 0 => PictureDecoder.TooLarge(answer.StoredWidth, answer.StoredHeight, options)!,
            DecoderOutcome.TooLarge => DecodeResult.Failed(DecodeFailureReason.TooLarge, $"The picture needs more memory or pixels than one picture may take{Detail(answer)}; raise the limit of megapixels if it is wanted."),
            DecoderOutcome.Unsupported => DecodeResult.Failed(DecodeFailureReason.Unsupported, $"This is a kind of {format.ToUpperInvariant()} that cannot be decoded{Detail(answer)}; convert it to JPEG or PNG."),
            _ => Truncation.IsCutOff(format, bytes)
                ? PictureDecoder.Truncated()
                : Broken(format, Detail(answer)),
        };
    }

    private static DecodeResult? WhyNoPicture(ReadOnlySpan<byte> exr) => ExrChannels.Read(exr) switch
    {
        null => Broken("exr", " (its list of channels cannot be read)"),
        var channels when !ExrChannels.ShowPicture(channels) => DecodeResult.Failed(DecodeFailureReason.Unsupported, $"This EXR has {ExrChannels.Describe(channels)}; to be shown it needs R, G and B, or Y. Export it with these, or as JPEG or PNG."),
        _ => null,
    };

    private static DecodeResult Broken(string format, string detail)
        => DecodeResult.Failed(DecodeFailureReason.Broken, $"The {format.ToUpperInvariant()} data is damaged{detail}; open it in another program and save it again, or copy it again from its source.");

    private static unsafe DecodeResult Finish(string format, ReadOnlySpan<byte> bytes, DecodeOptions options, DecoderAnswer answer, byte[] pixels)
    {
        var (width, height) = DecodePlan.IsTurned(answer.Orientation) ? (answer.StoredHeight, answer.StoredWidth) : (answer.StoredWidth, answer.StoredHeight);
        var facts = new PictureFacts(format, width, height, answer.Orientation, answer.HasAlpha, answer.Frames, answer.HasProfile, PhotoFacts.Read(Array.IndexOf(RawFormat.All, format) >= 0 ? bytes : answer.Exif, answer.Xmp));
        if (DecodePlan.Make(answer.StoredWidth, answer.StoredHeight, answer.Orientation, options) is not { } plan)
            return PictureDecoder.OutsideBox(facts, options);
        byte[] finished;
        fixed (byte* first = pixels)
        {
            using var image = VipsImage.Over(first, answer.Width, answer.Height, answer.Bands);
            using var chain = new VipsChain(image);
            chain.Then("copy", call => call.With("interpretation", "srgb"));
            finished = DecodePipeline.Finish(chain.Image, answer.StoredWidth, answer.StoredHeight, hasProfile: false, plan, answer.Orientation);
        }
        if (plan.Whole && Flatness.IsFlat(finished) && HoldsMore(format, bytes, answer))
            return PictureDecoder.Flat(finished, string.Create(CultureInfo.InvariantCulture, $"although the file has {bytes.Length:N0} bytes, more than one colour needs, at {answer.Depth} bits a sample"));
        return DecodeResult.Success(new Picture(plan.TargetWidth, plan.TargetHeight, finished, facts));
    }

    // Eight bits cut off what lies above white and below the first step of a deeper file, and a PSD may hold layers and no merged
    // picture, so a flat result may be a lost one. How much such a file holds is told by how far it can be packed.
    private static bool HoldsMore(string format, ReadOnlySpan<byte> bytes, DecoderAnswer answer)
        => (answer.Depth > 8 || format is "psd" or "exr") && PackedSize.Of(bytes) - answer.MetadataBytes > FlatHeader + (FlatBytesPerPixel * answer.StoredWidth * answer.StoredHeight);

    private static string Detail(DecoderAnswer answer) => answer.Message.Length > 0 ? $" ({answer.Message})" : "";
}
