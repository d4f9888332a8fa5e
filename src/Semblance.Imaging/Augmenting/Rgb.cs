namespace Semblance.Imaging;

/// <summary>An sRGB colour of 8 bits a channel.</summary>
public readonly record struct Rgb(byte Red, byte Green, byte Blue);
