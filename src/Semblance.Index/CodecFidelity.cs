namespace Semblance.Index;

/// <summary>
/// What a codec costs and what it still knows, measured on a sample: codes propose a shortlist, exact distances rank it.
/// </summary>
/// <param name="Codec">The codec's name.</param>
/// <param name="BytesPerVector">Of the code alone.</param>
/// <param name="K">Neighbours that recall counts.</param>
/// <param name="Queries">Rows of the sample that were asked for their neighbours other than themselves.</param>
/// <param name="Rows">Rows of the sample that were searched.</param>
/// <param name="Recall">By length of the shortlist, ascending.</param>
public sealed record CodecFidelity(string Codec, double BytesPerVector, int K, int Queries, int Rows, IReadOnlyList<ShortlistRecall> Recall);

/// <summary>The share of the true nearest found among the first <paramref name="Shortlist"/> by code.</summary>
public readonly record struct ShortlistRecall(int Shortlist, double Recall);
