using System.Globalization;
using Semblance.Imaging.Decoding;
using Semblance.Imaging.Second;
using Semblance.Imaging.Vips;

namespace Semblance.Imaging;

/// <summary>
/// Bytes to upright sRGB pixels: by content, never by name; EXIF orientation applied once, embedded profile converted, alpha laid
/// over white (over black where a white drawing would vanish), first frame of an animation that shows something, shrunk while
/// it is read. libvips decodes what it knows; other formats of a closed list go to a process of their own, which is started
/// when the first of them comes. What is wrong with a picture is a value, not an exception.
/// Thread-safe and without state; a call works on one thread, so run several pictures at once.
/// </summary>
/// <exception cref="FileNotFoundException">From the first use: the build staged no libvips for this platform.</exception>
public sealed class PictureDecoder
{
    /// <summary>What fits into one array of RGB bytes, rounded down; no setting goes beyond.</summary>
    internal const int MostMegapixels = 700;

    /// <summary>Enough to change a few blocks, if blocks are missing.</summary>
    private const int JpegFiller = 256;

    /// <summary>Frames of an animation that are looked at when the first shows nothing.</summary>
    private const int MostFrames = 8;

    private readonly SecondDecoder _second;

    public PictureDecoder()
        : this(DecoderPool.Shared)
    {
    }

    internal PictureDecoder(DecoderPool pool) => _second = new SecondDecoder(pool);

    public static PictureDecoder Shared { get; } = new();

    public DecodeResult Decode(ReadOnlyMemory<byte> bytes) => Decode(bytes, DecodeOptions.Default);

    public unsafe DecodeResult Decode(ReadOnlyMemory<byte> bytes, DecodeOptions options)
    {
        VipsLibrary.EnsureStarted();
        if (bytes.IsEmpty)
            return DecodeResult.Failed(DecodeFailureReason.Empty, "The file is empty; copy it again from its source.");
        using var pin = bytes.Pin();
        var data = (byte*)pin.Pointer;
        var span = bytes.Span;
        var format = FormatSniffer.Sniff(span) ?? FormatKnownToLibrary(data, bytes.Length);
        if (format == "pnm")
            return DecodeNetpbm(span, options);
        if (Array.IndexOf(RawFormat.All, format) >= 0)
            return DecodeRaw(format!, data, bytes.Length, options);
        if (Array.IndexOf(SecondDecoder.Formats, format) >= 0 || TiffKind.IsForSecondDecoder(format, span))
            return _second.Decode(format!, span, options);
        if (format == "tiff" && TiffKind.WhyUnsupported(span) is { } kind)
            return DecodeResult.Failed(DecodeFailureReason.Unsupported, $"This TIFF has {kind}, which cannot be decoded here; export it with 8 or 16 bits a sample.");
        if (PictureLoader.ForFormat(format) is not { } loader)
            return Refuse(format);
        if (!loader.IsPresent)
            return Refuse(format);
        var result = Decode(loader, data, bytes.Length, options);
        if (result.Failure?.Reason == DecodeFailureReason.Truncated && loader.Format == "jpeg")
            return DecodeWithEnd(loader, span, options) ?? result;
        return result;
    }

    public DecodeResult DecodeFile(string path) => DecodeFile(path, DecodeOptions.Default);

    /// <summary>Reads and decodes a file. A pipe, device or socket is refused without being opened.</summary>
    public DecodeResult DecodeFile(string path, DecodeOptions options)
    {
        var (bytes, failure) = PictureFiles.Read(path);
        return bytes is null ? DecodeResult.Failed(failure!.Reason, failure.Message) : Decode(bytes, options);
    }

    /// <summary>What a picture's file says about itself, from its header alone, which costs little of what its pixels would. Null where it cannot be opened.</summary>
    public unsafe PictureFacts? ReadFacts(ReadOnlyMemory<byte> bytes)
    {
        VipsLibrary.EnsureStarted();
        if (bytes.IsEmpty)
            return null;
        using var pin = bytes.Pin();
        var data = (byte*)pin.Pointer;
        var format = FormatSniffer.Sniff(bytes.Span) ?? FormatKnownToLibrary(data, bytes.Length);
        if (format == "pnm")
            return NetpbmReader.TryReadHeader(bytes.Span, out var pnm) ? new PictureFacts("pnm", pnm.Width, pnm.Height) : null;
        // Their metadata comes with their pixels.
        if (Array.IndexOf(SecondDecoder.Formats, format) >= 0 || TiffKind.IsForSecondDecoder(format, bytes.Span))
            return Decode(bytes, new DecodeOptions { MinimumSide = 1, MaxMegapixels = MostMegapixels }).Picture?.Facts;
        if (PictureLoader.ForFormat(format) is not { IsPresent: true } loader)
            return null;
        try
        {
            using var header = DecodePipeline.Open(loader, data, bytes.Length);
            return HeaderFacts.Read(header, loader.Format, bytes.Span, loader.Format == "png" ? PngExif.Orientation(bytes.Span) : 1);
        }
        catch (VipsException)
        {
            return null;
        }
    }

    private static unsafe DecodeResult Decode(PictureLoader loader, byte* data, int length, DecodeOptions options)
    {
        var first = Decode(loader, data, length, options, frame: 0);
        if (options.Box is not null || first is not { Succeeded: true, Picture.Facts.Frames: > 1 } || !Flatness.IsFlat(first.Picture.Pixels))
            return first;
        // An animation may fade in from nothing: of frames over all of its length, the first that shows something.
        var frames = first.Picture.Facts.Frames;
        for (var i = 1; i <= Math.Min(MostFrames, frames - 1); i++)
        {
            var frame = (int)((long)i * (frames - 1) / Math.Min(MostFrames, frames - 1));
            if (Decode(loader, data, length, options, frame) is { Succeeded: true } other && !Flatness.IsFlat(other.Picture.Pixels))
                return other;
        }
        return first;
    }

    private static unsafe DecodeResult Decode(PictureLoader loader, byte* data, int length, DecodeOptions options, int frame)
    {
        var bytes = new ReadOnlySpan<byte>(data, length);
        try
        {
            using var header = DecodePipeline.Open(loader, data, length, frame);
            var facts = HeaderFacts.Read(header, loader.Format, bytes, loader.Format == "png" ? PngExif.Orientation(bytes) : 1);
            if (TooLarge(facts.Width, facts.Height, options) is { } tooLarge)
                return tooLarge;
            if (DecodePlan.Make(header.Width, header.Height, facts.Orientation, options) is not { } plan)
                return OutsideBox(facts, options);
            if (loader.Format == "tiff" && TiffKind.IsSignedReadAsUnsigned(bytes, header))
                return DecodeResult.Failed(DecodeFailureReason.Unsupported, "This TIFF has signed samples of a kind that cannot be decoded here; export it with 8 or 16 unsigned bits a sample.");
            SampleRange? range = null;
            if (loader.Format == "tiff" && SampleRange.IsNeeded(bytes, header))
            {
                var some = DecodePipeline.SomeSamples(loader, data, length, frame);
                var noData = SampleRange.FindNoData(bytes, header);
                // What lies between the others changes neither the least nor the greatest.
                var (least, greatest) = DecodePipeline.Extremes(loader, data, length, frame, noData, SampleRange.Middle(some, noData) ?? noData ?? 0);
                range = SampleRange.Find(bytes, header, least, greatest, some, noData);
                if (range is { IsEmpty: true })
                    return DecodeResult.Failed(DecodeFailureReason.Unsupported, $"The samples of this TIFF all have one value or are no numbers ({least} to {greatest}), so nothing says what is black and what is white; export it with 8 or 16 bits a sample.");
            }
            var pixels = DecodePipeline.Read(loader, data, length, header, plan, facts.Orientation, frame, range);
            if (!header.IsBytes && plan.Whole && Flatness.IsFlat(pixels) && DecodePipeline.Extremes(loader, data, length, frame) is var (low, high) && low < high)
                return Flat(pixels, string.Create(CultureInfo.InvariantCulture, $"although its samples differ (from {low} to {high}); eight bits cannot show that"));
            return DecodeResult.Success(new Picture(plan.TargetWidth, plan.TargetHeight, pixels, facts));
        }
        catch (VipsException exception)
        {
            return Explain(loader, bytes, exception.Message);
        }
    }

    /// <summary>
    /// The camera's own rendering that lies in the file, where it is as large as is needed; else the sensor's samples are
    /// developed by the second decoder, and where that cannot be, a smaller rendering stands in.
    /// </summary>
    private unsafe DecodeResult DecodeRaw(string format, byte* data, int length, DecodeOptions options)
    {
        var bytes = new ReadOnlySpan<byte>(data, length);
        var previews = RawPreview.Find(bytes);
        if (previews.Count == 0)
            return _second.Decode(format, bytes, options);
        var side = ShorterSide(previews[0]);
        var full = RawFormat.Size(bytes) is var (width, height) ? Math.Min(width, height) : side;
        // A rendering of half the size serves those who want all pixels, too: developing costs seconds.
        var needed = options.MinimumSide > 0 && options.Box is null ? Math.Min(options.MinimumSide, full) : full / 2;
        foreach (var preview in previews)
        {
            if (ShorterSide(preview) >= needed && RawRendering.Decode(format, data, length, preview, options, strict: true) is { Succeeded: true } rendered)
                return rendered;
        }
        var developed = _second.Decode(format, bytes, options);
        return developed.Succeeded || side < RawRendering.LeastSide ? developed : RawRendering.Decode(format, data, length, previews[0], options, strict: false);
    }

    private static int ShorterSide(RawPreview preview) => Math.Min(preview.Width, preview.Height);

    /// <summary>
    /// Some cameras and servers lose the end marker of a JPEG and no pixel. Such a picture is told from one that breaks off
    /// by ending it in two ways: bits put behind complete data change nothing, behind incomplete data they become pixels.
    /// Null where pixels are missing.
    /// </summary>
    private static DecodeResult? DecodeWithEnd(PictureLoader loader, ReadOnlySpan<byte> bytes, DecodeOptions options)
    {
        bytes = bytes.TrimEnd((byte)0xFF);
        var one = DecodeWithEnd(loader, bytes, 0x00, options);
        var other = DecodeWithEnd(loader, bytes, 0x55, options);
        return one.Succeeded && other.Succeeded && one.Picture.Pixels.AsSpan().SequenceEqual(other.Picture.Pixels) ? one : null;
    }

    private static unsafe DecodeResult DecodeWithEnd(PictureLoader loader, ReadOnlySpan<byte> bytes, byte filler, DecodeOptions options)
    {
        var ended = new byte[bytes.Length + JpegFiller + 2];
        ended.AsSpan().Fill(filler);
        bytes.CopyTo(ended);
        ended[^2] = 0xFF;
        ended[^1] = 0xD9;
        fixed (byte* data = ended)
            return Decode(loader, data, ended.Length, options);
    }

    private static unsafe DecodeResult DecodeNetpbm(ReadOnlySpan<byte> bytes, DecodeOptions options)
    {
        if (!NetpbmReader.TryReadHeader(bytes, out var header))
            return DecodeResult.Failed(DecodeFailureReason.Broken, "This begins like a PBM, PGM or PPM picture and its header is damaged; export it again from its source.");
        if (TooLarge(header.Width, header.Height, options) is { } tooLarge)
            return tooLarge;
        var facts = new PictureFacts("pnm", header.Width, header.Height);
        if (DecodePlan.Make(header.Width, header.Height, 1, options) is not { } plan)
            return OutsideBox(facts, options);
        if (NetpbmReader.ReadPixels(bytes, header) is not { } pixels)
            return Truncated();
        if (plan.Whole && plan.TargetWidth == header.Width && plan.TargetHeight == header.Height)
            return DecodeResult.Success(new Picture(header.Width, header.Height, pixels, facts));
        fixed (byte* first = pixels)
        {
            using var image = VipsImage.Over(first, header.Width, header.Height, 3);
            return DecodeResult.Success(new Picture(plan.TargetWidth, plan.TargetHeight, DecodePipeline.Finish(image, header.Width, header.Height, hasProfile: false, plan, orientation: 1), facts));
        }
    }

    // An SVG behind a long prolog is the case in practice.
    private static unsafe string? FormatKnownToLibrary(byte* data, int length)
    {
        var found = VipsNative.FindLoadBuffer(data, (nuint)length);
        if (found == 0)
        {
            VipsLibrary.TakeErrors();
            return null;
        }
        var name = System.Runtime.InteropServices.Marshal.PtrToStringUTF8(found)!;
        return Array.Find(PictureLoader.All, loader => name.StartsWith(loader.ClassName, StringComparison.Ordinal))?.Format;
    }

    private static DecodeResult Refuse(string? format) => format switch
    {
        null => DecodeResult.Failed(DecodeFailureReason.NotAPicture, "The content is no picture of a known format, whatever the file is called; leave it out, or export it as JPEG or PNG."),
        "pdf" => DecodeResult.Failed(DecodeFailureReason.Blocked, "This is a PDF document; documents are kept out for safety. Export its pages as JPEG or PNG."),
        "gzip" => DecodeResult.Failed(DecodeFailureReason.Blocked, "This is gzip-compressed (an SVGZ, perhaps); compressed wrappers are kept out for safety. Unpack it first."),
        _ => DecodeResult.Failed(DecodeFailureReason.Unsupported, $"This is a picture in the format {format.ToUpperInvariant()}, which cannot be decoded here; convert it to JPEG or PNG."),
    };

    internal static DecodeResult? TooLarge(int width, int height, DecodeOptions options)
    {
        var megapixels = (double)width * height / 1e6;
        var limit = Math.Min(options.MaxMegapixels, MostMegapixels);
        return megapixels <= limit
            ? null
            : DecodeResult.Failed(DecodeFailureReason.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The header says {width} x {height} = {megapixels:0.#} megapixels and the limit is {limit:0.#}; raise the limit (to {MostMegapixels} at most) if the picture is wanted."));
    }

    internal static DecodeResult OutsideBox(PictureFacts facts, DecodeOptions options)
        => DecodeResult.Failed(DecodeFailureReason.OutsideBox, $"The box {options.Box} lies outside the picture, which has {facts.Width} x {facts.Height} pixels; a box is x,y,width,height in pixels of the upright picture.");

    internal static DecodeResult Truncated()
        => DecodeResult.Failed(DecodeFailureReason.Truncated, "The picture breaks off before its end; copy or download it again.");

    /// <param name="although">What speaks against it, as the rest of a sentence.</param>
    internal static DecodeResult Flat(byte[] pixels, string although)
        => DecodeResult.Failed(DecodeFailureReason.Flat, $"The picture decodes to one colour (#{pixels[0]:x2}{pixels[1]:x2}{pixels[2]:x2}) {although}. Open it in the program that wrote it and export it as JPEG or PNG.");

    private static DecodeResult Explain(PictureLoader loader, ReadOnlySpan<byte> bytes, string errors)
    {
        if (Truncation.IsCutOff(loader.Format, bytes))
            return Truncated();
        // Lines of other threads' pictures may be among the errors; only those of this loader are shown.
        var line = Array.Find(errors.Split('\n'), text => Array.Exists(loader.ErrorPrefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal)));
        var detail = line is null ? "" : $" ({line.Trim()})";
        return DecodeResult.Failed(DecodeFailureReason.Broken, $"The {loader.Format.ToUpperInvariant()} data is damaged{detail}; open it in another program and save it again, or copy it again from its source.");
    }

}
