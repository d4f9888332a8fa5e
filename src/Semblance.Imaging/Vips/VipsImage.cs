using System.Runtime.InteropServices;

namespace Semblance.Imaging.Vips;

/// <summary>
/// A lazily computed image of libvips: making one reads a header or plans an operation, <see cref="ToArray"/> computes.
/// Memory that it was opened over must stay pinned until it and all images derived from it are disposed.
/// </summary>
internal sealed unsafe class VipsImage : SafeHandle
{
    /// <summary>Rows of one strip: as many as libvips' own, so that what its operations hold at once stays small for huge pictures.</summary>
    private const int StripHeight = 16;

    internal VipsImage(nint handle)
        : base(0, ownsHandle: true) => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    internal int Width => VipsNative.ImageWidth(this);

    internal int Height => VipsNative.ImageHeight(this);

    internal int Bands => VipsNative.ImageBands(this);

    internal bool HasAlpha => VipsNative.ImageHasAlpha(this) != 0;

    internal VipsSampleKind SampleKind => (VipsSampleKind)VipsNative.ImageFormat(this);

    internal bool IsBytes => SampleKind == VipsSampleKind.Byte;

    internal bool IsLab => Interpretation is VipsInterpretation.Lab or VipsInterpretation.LabQ or VipsInterpretation.LabS;

    internal VipsInterpretation Interpretation => (VipsInterpretation)VipsNative.ImageInterpretation(this);

    internal int Orientation => VipsNative.ImageOrientation(this);

    internal int Pages => VipsNative.ImagePages(this);

    /// <summary>Image over pinned 8-bit samples <c>[height, width, bands]</c>; nothing is copied.</summary>
    internal static VipsImage Over(byte* pixels, int width, int height, int bands)
    {
        VipsLibrary.EnsureStarted();
        var image = VipsNative.ImageFromMemory(pixels, checked((nuint)width * (nuint)height * (nuint)bands), width, height, bands, 0);
        return image != 0 ? new VipsImage(image) : throw new VipsException(VipsLibrary.TakeErrors());
    }

    internal bool Has(string field) => VipsNative.ImageFieldType(this, field) != 0;

    /// <summary>The bytes of a field, valid while the image is; empty where it has none.</summary>
    internal ReadOnlySpan<byte> Blob(string field)
    {
        if (!Has(field))
            return [];
        if (VipsNative.ImageBlob(this, field, out var data, out var length) != 0)
        {
            VipsLibrary.TakeErrors();
            return [];
        }
        return new ReadOnlySpan<byte>(data, checked((int)length));
    }

    /// <summary>
    /// Computes the pixels: bytes of the samples, 8-bit ones mostly, <c>[Height, Width, Bands]</c>. They are asked for strip after strip
    /// from the calling thread: libvips' own way to memory hands them to a thread of its own, which costs a fifth of decoding a photo.
    /// </summary>
    internal byte[] ToArray()
    {
        var (width, height) = (Width, Height);
        var region = VipsNative.RegionNew(this);
        if (region == 0)
            throw new VipsException(VipsLibrary.TakeErrors());
        try
        {
            byte[]? pixels = null;
            for (var top = 0; top < height; top += StripHeight)
            {
                var rows = Math.Min(StripHeight, height - top);
                var strip = VipsNative.RegionFetch(region, 0, top, width, rows, out var length);
                if (strip == 0)
                    throw new VipsException(VipsLibrary.TakeErrors());
                try
                {
                    // The first strip says how long a row is.
                    var row = checked((int)length) / rows;
                    pixels ??= GC.AllocateUninitializedArray<byte>(checked(row * height));
                    new ReadOnlySpan<byte>((void*)strip, row * rows).CopyTo(pixels.AsSpan(top * row));
                }
                finally
                {
                    VipsNative.Free(strip);
                }
            }
            return pixels!;
        }
        finally
        {
            VipsNative.ObjectUnref(region);
        }
    }

    protected override bool ReleaseHandle()
    {
        VipsNative.ObjectUnref(handle);
        return true;
    }
}

/// <summary>How libvips understands the bands; the values are its own.</summary>
internal enum VipsInterpretation
{
    Multiband = 0,
    BlackWhite = 1,
    Lab = 13,
    Cmyk = 15,
    LabQ = 16,
    LabS = 21,
    Srgb = 22,
}

/// <summary>Number type of the samples; the values are those of libvips.</summary>
internal enum VipsSampleKind
{
    Byte = 0,
    SignedByte = 1,
    UnsignedShort = 2,
    Short = 3,
    UnsignedInt = 4,
    Int = 5,
    Float = 6,
}

/// <summary>An operation of libvips failed; the message is its error buffer.</summary>
internal sealed class VipsException(string message) : Exception(message);
