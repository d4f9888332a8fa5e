namespace Semblance.Spaces;

/// <summary>The nearest other pictures of many pictures: what duplicates, votes and clusters are made from.</summary>
internal interface INeighbourSearch
{
    /// <summary>For each of these pictures the <paramref name="k"/> nearest others; none for a picture that has no vector here.</summary>
    IReadOnlyList<SpaceHit>[] Neighbours(IReadOnlyList<long> itemIds, int k, SpaceSearchOptions? options = null, CancellationToken cancellationToken = default);

    bool Contains(long itemId);

    /// <summary>What a distance is as a score: the higher, the more alike; 1 at distance 0 but for inner products.</summary>
    float ScoreOf(float distance);

    /// <summary>The largest distance of this score and better ones.</summary>
    float DistanceOf(float score);
}
