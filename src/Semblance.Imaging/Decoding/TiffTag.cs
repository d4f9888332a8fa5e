namespace Semblance.Imaging.Decoding;

/// <summary>Numbers of the entries that are asked for (TIFF 6.0, TIFF/EP, DNG 1.7, EXIF 2.3, GDAL).</summary>
internal static class TiffTag
{
    internal const ushort Width = 256;
    internal const ushort Height = 257;
    internal const ushort BitsPerSample = 258;
    internal const ushort Photometric = 262;
    internal const ushort Make = 271;
    internal const ushort Orientation = 274;
    internal const ushort SubDirectories = 330;
    internal const ushort SampleFormat = 339;
    internal const ushort SMinSampleValue = 340;
    internal const ushort SMaxSampleValue = 341;
    internal const ushort GdalNoData = 42113;
    internal const ushort DngVersion = 50706;

    internal const int WhiteIsZero = 0;
    internal const int CieLab = 8;
    internal const int ColourFilterArray = 32803;
    internal const int LinearRaw = 34892;
}
