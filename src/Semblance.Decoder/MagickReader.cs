using ImageMagick;
using Semblance.Imaging.Second;

namespace Semblance.Decoder;

/// <summary>
/// A file to sRGB pixels by ImageMagick: the format is the one that was asked for, never guessed by the library; the size is
/// known from the header before a pixel is decoded; no disk, no delegate, no reference to anything outside the bytes.
/// </summary>
internal sealed class MagickReader : IDisposable
{
    /// <summary>The closed list: what a request may ask for, and which coder reads it.</summary>
    private static readonly Dictionary<string, MagickFormat> s_formats = new(StringComparer.Ordinal)
    {
        ["heic"] = MagickFormat.Heic,
        ["bmp"] = MagickFormat.Bmp,
        ["jpeg-xl"] = MagickFormat.Jxl,
        ["jpeg-2000"] = MagickFormat.Jp2,
        ["jpeg-2000-stream"] = MagickFormat.J2k,
        ["psd"] = MagickFormat.Psd,
        ["exr"] = MagickFormat.Exr,
        ["tiff"] = MagickFormat.Tiff,
        ["dng"] = MagickFormat.Dng,
        ["cr2"] = MagickFormat.Cr2,
        ["cr3"] = MagickFormat.Cr3,
        ["nef"] = MagickFormat.Nef,
        ["arw"] = MagickFormat.Arw,
        ["raf"] = MagickFormat.Raf,
        ["rw2"] = MagickFormat.Rw2,
        ["orf"] = MagickFormat.Orf,
        ["pef"] = MagickFormat.Pef,
        ["srw"] = MagickFormat.Srw,
    };

    /// <summary>Formats whose libraries read memory; the others need a file in the temporary folder.</summary>
    private static readonly HashSet<string> s_inMemory = new(StringComparer.Ordinal) { "bmp", "jpeg-xl", "jpeg-2000", "jpeg-2000-stream", "psd", "tiff" };

    /// <summary>Wider or higher is no picture; the library multiplies sides in places.</summary>
    private const int MostSide = 100_000;

    private const int RowsAtOnce = 64;

    private readonly MagickImage _image = new();

    /// <summary>Sets the library's own limits and returns its name and version.</summary>
    internal static string Start()
    {
        ResourceLimits.Disk = 0;
        ResourceLimits.Thread = 1;
        ResourceLimits.ListLength = 64;
        ResourceLimits.Width = MostSide;
        ResourceLimits.Height = MostSide;
        ResourceLimits.MaxProfileSize = 16 << 20;
        ProcessLimits.SetFiles(DecoderWire.MaxFileBytes);
        var words = MagickNET.ImageMagickVersion.Split(' ');
        return words.Length > 1 ? $"{words[0]} {words[1]}" : words[0];
    }

    internal static string[] Readable() => [.. s_formats.Keys];

    internal DecoderAnswer Read(DecoderRequest request, ReadOnlySpan<byte> file)
    {
        if (!s_formats.TryGetValue(request.Format, out var format))
            return new DecoderAnswer(DecoderOutcome.Unsupported, "the format is not on the list");
        if (file.IsEmpty)
            return new DecoderAnswer(DecoderOutcome.Broken, "no bytes");
        // A pixel has up to five channels of one byte here; shrinking needs the picture once more.
        ResourceLimits.Area = (ulong)request.MostPixels;
        ResourceLimits.Memory = (ulong)request.MostPixels * 8;
        ResourceLimits.MaxMemoryRequest = (ulong)request.MostMemory;
        try
        {
            var settings = Settings(format, file);
            using (var header = new MagickImage())
            {
                header.Ping(file, settings);
                if ((long)header.Width * header.Height > request.MostPixels)
                    return new DecoderAnswer(DecoderOutcome.TooLarge, "", (int)Math.Min(header.Width, int.MaxValue), (int)Math.Min(header.Height, int.MaxValue));
            }
            _image.Read(file, settings);
            return Finish(request);
        }
        catch (MagickException exception)
        {
            var outcome = OutcomeOf(exception);
            // Without the folder the library tries another, which its policy forbids.
            if (outcome is DecoderOutcome.Broken or DecoderOutcome.Unsupported && !s_inMemory.Contains(request.Format) && TemporaryFolder.WhyNot(exception, file.Length) is { } why)
                return new DecoderAnswer(DecoderOutcome.NoTemporary, why);
            return new DecoderAnswer(outcome, FailureText.Plain(exception.Message));
        }
    }

    /// <summary>The pixels of a decoded answer, a few rows at a time.</summary>
    internal void WritePixels(Stream output, DecoderAnswer answer)
    {
        using var pixels = _image.GetPixelsUnsafe();
        var mapping = answer.HasAlpha ? "RGBA" : "RGB";
        for (var y = 0; y < answer.Height; y += RowsAtOnce)
        {
            var rows = pixels.ToByteArray(0, y, (uint)answer.Width, (uint)Math.Min(RowsAtOnce, answer.Height - y), mapping)!;
            if (_image.Format == MagickFormat.Exr)
                Light.ToSrgb(rows, answer.Bands);
            output.Write(rows);
        }
    }

    public void Dispose() => _image.Dispose();

    private static MagickReadSettings Settings(MagickFormat format, ReadOnlySpan<byte> file)
    {
        // Frame 0 is the primary picture of a HEIC, the merged one of a PSD.
        var settings = new MagickReadSettings { Format = format, FrameIndex = 0, FrameCount = 1 };
        // By name: the library's list of formats, which the typed way asks, is closed by policy.xml.
        settings.SetDefine("psd:alpha-unblend", PsdWriter.BlendsWithWhite(file) ? "true" : "false");
        settings.SetDefine("dng:use-camera-wb", "true");
        return settings;
    }

    private DecoderAnswer Finish(DecoderRequest request)
    {
        var (storedWidth, storedHeight) = ((int)_image.Width, (int)_image.Height);
        var profile = _image.GetColorProfile();
        var exif = _image.GetExifProfile()?.ToByteArray();
        var xmp = _image.GetXmpProfile()?.ToByteArray();
        var metadata = _image.ProfileNames.Sum(name => (long)(_image.GetProfile(name)?.ToByteArray()?.Length ?? 0));
        var depth = (int)_image.Depth;
        Shrink(request);
        ToSrgb(hasProfile: profile is not null);
        var orientation = (int)_image.Orientation;
        return new DecoderAnswer(
            DecoderOutcome.Decoded,
            "",
            storedWidth,
            storedHeight,
            (int)_image.Width,
            (int)_image.Height,
            _image.HasAlpha,
            profile is not null,
            // HEIC comes turned already and says so here, whatever its EXIF block says; JPEG XL comes as stored.
            orientation is >= 1 and <= 8 ? orientation : 1,
            depth,
            MetadataBytes: metadata)
        {
            Exif = exif ?? [],
            Xmp = xmp ?? [],
        };
    }

    /// <summary>Averages blocks down to twice the size that is needed; the owner's better filter does the rest.</summary>
    private void Shrink(DecoderRequest request)
    {
        if (request.Side == 0)
            return;
        var side = request.Part > 0 ? (uint)request.Part : Math.Min(_image.Width, _image.Height);
        var times = side / (2 * (uint)request.Side);
        if (times < 2 || _image.ColorSpace == ColorSpace.CMYK)
            return;
        var (width, height) = (Math.Max(1, _image.Width / times), Math.Max(1, _image.Height / times));
        _image.Scale(new MagickGeometry(width, height) { IgnoreAspectRatio = true });
    }

    private void ToSrgb(bool hasProfile)
    {
        if (hasProfile)
        {
            try
            {
                _image.TransformColorSpace(ColorProfiles.SRGB);
            }
            catch (MagickException)
            {
                // The profile is damaged or of another colour space than the pixels: every viewer shows such a picture as sRGB.
            }
        }
        if (_image.ColorSpace is not ColorSpace.sRGB)
            _image.ColorSpace = ColorSpace.sRGB;
    }

    private static DecoderOutcome OutcomeOf(MagickException exception) => exception switch
    {
        MagickResourceLimitErrorException or MagickCacheErrorException => DecoderOutcome.TooLarge,
        _ when exception.Message.Contains("exceeds limit", StringComparison.OrdinalIgnoreCase) || exception.Message.StartsWith("MemoryAllocationFailed", StringComparison.OrdinalIgnoreCase) => DecoderOutcome.TooLarge,
        MagickMissingDelegateErrorException or MagickPolicyErrorException => DecoderOutcome.Unsupported,
        // Coders say so of kinds they do not know and of damage alike.
        MagickCoderErrorException when exception.Message.Contains("support", StringComparison.OrdinalIgnoreCase) => DecoderOutcome.Unsupported,
        _ => DecoderOutcome.Broken,
    };
}
