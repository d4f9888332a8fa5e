namespace Semblance.Imaging.Vips;

/// <summary>
/// One allowed loader of libvips. Everything else that the library can open (raw, matrix, CSV, its own format, Ultra HDR ...)
/// is blocked, so that what a file can reach is this list and no more.
/// </summary>
/// <param name="Format">The format's name as <see cref="PictureFacts.Format"/> says it.</param>
/// <param name="ClassName">Class that covers the file, buffer and source variants of the loader.</param>
/// <param name="Operation">The variant that reads memory.</param>
/// <param name="ErrorPrefixes">How the loader's lines in the shared error buffer begin.</param>
internal sealed record PictureLoader(string Format, string ClassName, string Operation, string[] ErrorPrefixes)
{
    internal static readonly PictureLoader[] All =
    [
        new("jpeg", "VipsForeignLoadJpeg", "jpegload_buffer", ["VipsJpeg", "jpegload"]),
        new("png", "VipsForeignLoadPng", "pngload_buffer", ["pngload", "png", "vipspng", "libpng", "spngload"]),
        new("webp", "VipsForeignLoadWebp", "webpload_buffer", ["webp"]),
        new("gif", "VipsForeignLoadNsgif", "gifload_buffer", ["gifload", "nsgif"]),
        new("avif", "VipsForeignLoadHeif", "heifload_buffer", ["heif"]),
        new("tiff", "VipsForeignLoadTiff", "tiffload_buffer", ["tiff", "TIFF", "tiff2vips"]),
        // libvips calls this one untrusted, because librsvg is large. It is allowed: the picture is read from memory
        // without a base address, so librsvg refuses every reference but embedded data, and its size is capped.
        new("svg", "VipsForeignLoadSvg", "svgload_buffer", ["svgload", "VipsForeignLoadSvg"]),
    ];

    internal static PictureLoader? ForFormat(string? format) => Array.Find(All, loader => loader.Format == format);

    /// <summary>True when the loaded library was built with this loader.</summary>
    internal bool IsPresent
    {
        get
        {
            VipsLibrary.EnsureStarted();
            return VipsNative.TypeFind("VipsOperation", Operation) != 0;
        }
    }
}
