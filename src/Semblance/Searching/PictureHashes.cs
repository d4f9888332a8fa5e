using System.Numerics;

namespace Semblance.Searching;

/// <summary>The perceptual hashes of one picture.</summary>
internal readonly record struct PictureHashes(ulong PHash, ulong DHash)
{
    private const int FewestOfPHash = 16;
    private const int FewestOfDHash = 8;

    /// <summary>
    /// Whether the hashes say something about the picture: where nearly all bits are alike, there is too little in it to tell it from
    /// another, as in a flat colour or a plain gradient.
    /// </summary>
    public bool AreTelling => IsTelling(PHash, FewestOfPHash) && IsTelling(DHash, FewestOfDHash);

    /// <summary>Bits by which the hashes differ that differ more.</summary>
    public int BitsFrom(PictureHashes other) => Math.Max(BitOperations.PopCount(PHash ^ other.PHash), BitOperations.PopCount(DHash ^ other.DHash));

    private static bool IsTelling(ulong hash, int fewest) => Math.Min(BitOperations.PopCount(hash), 64 - BitOperations.PopCount(hash)) >= fewest;
}
