using Semblance.Imaging.Vips;

namespace Semblance.Imaging.Decoding;

/// <summary>Kinds of TIFF that do not go to libvips: by the first directory alone.</summary>
internal static class TiffKind
{
    /// <summary>Eight-bit CIE Lab, which libvips takes for damaged.</summary>
    internal static bool IsForSecondDecoder(string? format, ReadOnlySpan<byte> bytes)
        => format == "tiff" && Read(bytes) is { IsLab: true, IsFloat: false, Bits: 8 };

    /// <summary>What a file has that no decoder here reads right, or null. Either would give pixels, and wrong ones.</summary>
    internal static string? WhyUnsupported(ReadOnlySpan<byte> bytes) => Read(bytes) switch
    {
        { Bits: > 32 } => "samples of 64 bits",
        // Writers disagree on the scale: 0 to 100 and -128 to 127, or 0 to 1 throughout.
        { IsLab: true, IsFloat: true } => "CIE Lab in floating point",
        _ => null,
    };

    /// <summary>Signed samples that libvips takes for unsigned ones: the darkest would come out as the brightest.</summary>
    internal static bool IsSignedReadAsUnsigned(ReadOnlySpan<byte> bytes, VipsImage header)
    {
        const int Signed = 2;
        return header.SampleKind is VipsSampleKind.Byte or VipsSampleKind.UnsignedShort or VipsSampleKind.UnsignedInt
            && TiffReader.TryOpen(bytes, out var reader) && reader.Directories() is [var first, ..] && reader.Number(first, TiffTag.SampleFormat) is Signed
            && reader.Number(first, TiffTag.Photometric) is not TiffTag.CieLab;
    }

    private static (bool IsLab, bool IsFloat, int Bits)? Read(ReadOnlySpan<byte> bytes)
    {
        const int Float = 3;
        if (!TiffReader.TryOpen(bytes, out var reader) || reader.Directories() is not [var first, ..])
            return null;
        return (reader.Number(first, TiffTag.Photometric) is TiffTag.CieLab, reader.Number(first, TiffTag.SampleFormat) is Float, (int)(reader.Number(first, TiffTag.BitsPerSample) ?? 1));
    }
}
