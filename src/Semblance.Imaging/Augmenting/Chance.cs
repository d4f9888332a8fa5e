namespace Semblance.Imaging;

/// <summary>The check that a number is a probability.</summary>
internal static class Chance
{
    public static double Of(double value, string property)
        => value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(property, value, $"{property} is a probability, from 0 to 1.");
}
