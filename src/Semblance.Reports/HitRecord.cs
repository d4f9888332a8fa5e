namespace Semblance.Reports;

/// <summary>One answer of a search.</summary>
/// <param name="Rank">1 for the best.</param>
/// <param name="Id">Number of the picture in its gallery.</param>
/// <param name="Score">Higher is more alike; 1 for the same direction.</param>
/// <param name="Distance">In the space's metric, lower is nearer.</param>
public sealed record HitRecord(int Rank, long Id, string Path, float Score, float Distance)
{
    public static HitRecord Of(SearchHit hit)
    {
        ArgumentNullException.ThrowIfNull(hit);
        return new(hit.Rank, hit.Id, hit.Path, hit.Score, hit.Distance);
    }
}

/// <summary>One answer of a search that explains itself: the keys of <see cref="HitRecord"/> and two more.</summary>
/// <param name="Word">What the score means in this gallery, such as <c>very similar</c>.</param>
/// <param name="HashBits">See <see cref="SearchHit.HashBits"/>.</param>
public sealed record ExplainedHitRecord(int Rank, long Id, string Path, float Score, float Distance, string Word, int? HashBits)
{
    public static ExplainedHitRecord Of(SearchHit hit)
    {
        ArgumentNullException.ThrowIfNull(hit);
        return new(hit.Rank, hit.Id, hit.Path, hit.Score, hit.Distance, hit.Word.Text(), hit.HashBits);
    }
}
