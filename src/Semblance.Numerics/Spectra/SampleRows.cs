namespace Semblance.Numerics.Spectra;

/// <summary>Bounds the time of a fit: a sample larger than needed is thinned.</summary>
internal static class SampleRows
{
    /// <summary>The sample itself when it is small enough, or <paramref name="most"/> of its rows, drawn by the seed.</summary>
    public static Matrix Thin(Matrix sample, int most, long seed)
    {
        if (sample.Rows <= most)
            return sample;
        var rows = Enumerable.Range(0, sample.Rows).ToArray();
        new SeededRandom(seed).Shuffle(rows.AsSpan());
        var thinned = new Matrix(most, sample.Columns);
        for (var i = 0; i < thinned.Rows; i++)
            sample.Row(rows[i]).CopyTo(thinned.Row(i));
        return thinned;
    }
}
