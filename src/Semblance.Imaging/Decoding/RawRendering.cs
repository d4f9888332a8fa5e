using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>A camera's own rendering inside a RAW file as the picture of that file: facts are the RAW's, pixels the JPEG's.</summary>
internal static unsafe class RawRendering
{
    /// <summary>A rendering with fewer pixels on its shorter side is an icon; better no picture than this one.</summary>
    internal const int LeastSide = 120;

    /// <summary>Sensors have a rim that renderings leave out.</summary>
    private const double AspectSlack = 0.05;

    private static readonly PictureLoader s_jpeg = PictureLoader.ForFormat("jpeg")!;

    /// <param name="strict">Take nothing at which the JPEG's decoder complains, since there is something better.</param>
    internal static DecodeResult Decode(string format, byte* data, int length, RawPreview preview, DecodeOptions options, bool strict)
    {
        var raw = new ReadOnlySpan<byte>(data, length);
        var jpeg = data + preview.Offset;
        var jpegLength = length - preview.Offset;
        try
        {
            using var header = DecodePipeline.Open(s_jpeg, jpeg, jpegLength, strict: strict);
            var stated = ExifOrientation.Read(raw);
            var own = HeaderFacts.Read(header, format, raw);
            var photo = PhotoFacts.Read(raw, default).CompletedBy(own.Photo ?? PhotoFacts.None);
            var sensor = RawFormat.Size(raw);
            var orientation = own.Orientation > 1 ? own.Orientation : ForRendering(stated, sensor, header);
            if (PictureDecoder.TooLarge(header.Width, header.Height, options) is { } tooLarge)
                return tooLarge;
            var (width, height) = Upright(header.Width, header.Height, orientation);
            var (fullWidth, fullHeight) = sensor is { } stored && Upright(stored.Width, stored.Height, stated) is var full && IsAlike(full, (width, height)) ? full : (width, height);
            var facts = own with { Width = fullWidth, Height = fullHeight, Orientation = orientation, Photo = photo };
            if (DecodePlan.Make(header.Width, header.Height, orientation, options with { Box = Scaled(options.Box, width / (double)fullWidth) }) is not { } plan)
                return PictureDecoder.OutsideBox(facts, options);
            var pixels = DecodePipeline.Read(s_jpeg, jpeg, jpegLength, header, plan, orientation, frame: 0, range: null, strict);
            return DecodeResult.Success(new Picture(plan.TargetWidth, plan.TargetHeight, pixels, facts));
        }
        catch (VipsException)
        {
            return DecodeResult.Failed(DecodeFailureReason.Broken, $"The rendering inside this {format.ToUpperInvariant()} file is damaged; open the file in the camera maker's program and export it, or copy it again from its source.");
        }
    }

    // Some cameras store the rendering upright beside a sensor picture that lies on its side.
    private static int ForRendering(int orientation, (int Width, int Height)? sensor, VipsImage rendering)
        => DecodePlan.IsTurned(orientation) && sensor is var (width, height) && width > height != rendering.Width > rendering.Height ? 1 : orientation;

    private static (int Width, int Height) Upright(int width, int height, int orientation) => DecodePlan.IsTurned(orientation) ? (height, width) : (width, height);

    private static bool IsAlike((int Width, int Height) a, (int Width, int Height) b)
        => Math.Abs((a.Width / (double)a.Height * b.Height / b.Width) - 1) < AspectSlack;

    private static PictureBox? Scaled(PictureBox? box, double scale) => box is { } b
        ? new PictureBox((int)Math.Round(b.X * scale), (int)Math.Round(b.Y * scale), Math.Max(1, (int)Math.Round(b.Width * scale)), Math.Max(1, (int)Math.Round(b.Height * scale)))
        : null;
}
