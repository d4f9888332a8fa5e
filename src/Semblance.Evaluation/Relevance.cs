namespace Semblance.Evaluation;

/// <summary>What a gallery item is to a query.</summary>
public enum Relevance : byte
{
    Irrelevant,

    Relevant,

    /// <summary>
    /// Taken out of the ranking before it is scored: the query's own row under leave-one-out,
    /// or in re-identification the same person seen by the same camera.
    /// </summary>
    Junk,
}
