namespace Semblance.Evaluation;

/// <summary>
/// Gives the distances of queries to a whole gallery, a block of queries at a time, so that nothing is ever queries × gallery in memory.
/// Called by several threads at once. Equal items must get equal distances, bit for bit, because ties are known by equality.
/// </summary>
public interface IDistanceSource
{
    int Queries { get; }

    int Gallery { get; }

    /// <summary>Where the distances lie.</summary>
    DistanceRange Range { get; }

    /// <summary>Distances of <c>block.Length / Gallery</c> queries from <paramref name="firstQuery"/> on; <paramref name="block"/> is row-major <c>[queries, Gallery]</c>.</summary>
    void Fill(int firstQuery, Span<float> block);
}

/// <summary>The interval that holds every distance of a source; <paramref name="Integral"/> where only whole numbers occur.</summary>
public readonly record struct DistanceRange(float Minimum, float Maximum, bool Integral = false);
