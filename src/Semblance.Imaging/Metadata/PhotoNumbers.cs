namespace Semblance.Imaging.Metadata;

/// <summary>The ranges in which numbers out of files can be true.</summary>
internal static class PhotoNumbers
{
    /// <summary>A quantity of a camera (seconds, f-number, millimetres): above 0 and no more than a million.</summary>
    internal static double? Positive(double? number) => number is > 0 and <= 1e6 ? number : null;

    internal static int? Iso(double? number) => number is >= 1 and <= 1e8 ? (int)Math.Round(number.Value) : null;

    internal static int? Rating(double? number) => number is >= -1 and <= 5 ? (int)Math.Round(number.Value) : null;

    /// <summary>Many makers repeat their name in the model.</summary>
    internal static string? Camera(string? make, string? model)
    {
        if (make is null || model is null)
            return make ?? model;
        return model.StartsWith(make, StringComparison.OrdinalIgnoreCase) ? model : $"{make} {model}";
    }
}
