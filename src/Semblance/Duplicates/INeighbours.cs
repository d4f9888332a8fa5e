namespace Semblance.Duplicates;

/// <summary>Finds the pictures near given ones.</summary>
internal interface INeighbours
{
    /// <summary>For each of <paramref name="positions"/> what lies near it, itself left out, in no particular order; computed on several threads.</summary>
    List<Neighbour>[] Near(IReadOnlyList<int> positions, ParallelOptions parallel);

    /// <summary>The distance in words, for a neighbour that <see cref="Near"/> gave.</summary>
    string Why(int position, Neighbour neighbour);
}

internal readonly record struct Neighbour(int Position, float Distance);
