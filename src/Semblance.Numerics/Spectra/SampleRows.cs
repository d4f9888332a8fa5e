namespace Semblance.Numerics.Spectra;

/// <summary>Bounds the time of a fit: a sample larger than needed is thinned.</summary>
internal static class SampleRows
{
    /// <summary>The sample itself when it is small enough, or <paramref name="most"/> of its rows, drawn by the seed.</summary>
    public static IVectorRows Thin(IVectorRows sample, int most, long seed)
    {
        if (sample.Count <= most)
            return sample;
        if (sample.Count > Array.MaxLength)
            throw new ArgumentException($"The sample has {sample.Count} vectors, and at most {Array.MaxLength} can be drawn from; give fewer.", nameof(sample));
        var drawn = Enumerable.Range(0, (int)sample.Count).ToArray();
        new SeededRandom(seed).Shuffle(drawn.AsSpan());
        Array.Resize(ref drawn, most);
        // Read forwards, whatever the order of the draw, which stays that of the rows.
        var places = Enumerable.Range(0, most).ToArray();
        Array.Sort([.. drawn], places);
        var thinned = new Matrix(most, sample.Dimension);
        var row = new float[sample.Dimension];
        foreach (var place in places)
            sample.Read(drawn[place], 1, row).CopyTo(thinned.Row(place));
        return thinned;
    }
}
