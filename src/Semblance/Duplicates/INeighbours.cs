namespace Semblance.Duplicates;

/// <summary>Finds the pictures near one picture. Thread-safe.</summary>
internal interface INeighbours
{
    /// <summary>Positions near position <paramref name="position"/>, itself left out, in no particular order.</summary>
    List<Neighbour> Near(int position);

    /// <summary>The distance in words, for a neighbour that <see cref="Near"/> gave.</summary>
    string Why(int position, Neighbour neighbour);
}

internal readonly record struct Neighbour(int Position, float Distance);
