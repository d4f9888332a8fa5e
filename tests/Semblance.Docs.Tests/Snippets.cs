namespace Semblance.Docs.Tests;

/// <summary>The documentation's snippets; the other part is generated from docs/library.md and README.md.</summary>
internal static partial class Snippets
{
    /// <summary>What the snippets call where a reader has vectors: 200 of ten groups, those of a group near one another.</summary>
    private static float[][] LoadVectors()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 200).Select(i => Enumerable.Range(0, 16).Select(d => (random.NextSingle() * 0.5f) + (d == i % 10 ? 1 : 0)).ToArray())];
    }
}
