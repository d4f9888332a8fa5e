namespace Semblance.Numerics;

/// <summary>
/// Vectors of one dimension, numbered from 0, that are read some at a time: a <see cref="Matrix"/>, a file, the rows of a database.
/// For what passes over the vectors once or a few times and needs no copy of them all.
/// </summary>
/// <remarks>
/// Count and vectors stay as they are while somebody reads. Several threads may read at once, each with a buffer of its own. Reading
/// forwards in blocks of some thousand rows is what an implementation should be good at; single rows anywhere are read where a sample
/// is drawn.
/// </remarks>
public interface IVectorRows
{
    /// <summary>How many vectors there are.</summary>
    long Count { get; }

    /// <summary>Numbers of a vector.</summary>
    int Dimension { get; }

    /// <summary>
    /// Vectors <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1, packed <c>[count, Dimension]</c>:
    /// where they lie, if that is in memory, or copied to the beginning of <paramref name="buffer"/>. Good until the buffer is used again.
    /// </summary>
    /// <param name="buffer">Room for <c>count * Dimension</c> numbers; what it holds afterwards is not said.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such vectors.</exception>
    ReadOnlySpan<float> Read(long first, int count, Span<float> buffer);
}
