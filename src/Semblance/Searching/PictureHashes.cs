using System.Numerics;
using Semblance.Features;
using Semblance.Imaging;

namespace Semblance.Searching;

/// <summary>The perceptual hashes of one picture.</summary>
internal readonly record struct PictureHashes(ulong PHash, ulong DHash)
{
    /// <summary>
    /// Of 64. Of copies that are re-encoded, resized, greyed or brightened 96 of 100 and more stay within it; of half a million pairs of
    /// photos none did, and of 4.6 million pairs with logos and drawings among them 44 of one class.
    /// </summary>
    public const int MostBitsOfCopies = 8;

    private const int FewestOfPHash = 16;
    private const int FewestOfDHash = 8;

    /// <summary>Of 64 ones and noughts, the fewer; most photos have more.</summary>
    private const int ContentOfPhotos = 24;

    public static PictureHashes Of(Picture picture)
    {
        var (pHash, dHash) = PerceptualHash.Both(picture);
        return new(pHash, dHash);
    }

    /// <summary>
    /// Whether the hashes say something about the picture: where nearly all bits are alike, there is too little in it to tell it from
    /// another, as in a flat colour or a plain gradient.
    /// </summary>
    public bool AreTelling => IsTelling(PHash, FewestOfPHash) && IsTelling(DHash, FewestOfDHash);

    /// <summary>Whether hashes with this pHash can be <see cref="AreTelling"/>.</summary>
    public static bool MayTell(ulong pHash) => IsTelling(pHash, FewestOfPHash);

    /// <summary>
    /// Whether a small distance to these hashes means the same picture: they hold about as many ones as noughts. A drawing on plain ground
    /// sets few bits, so that two drawings with nothing in common differ in few.
    /// </summary>
    public bool AreFull => Math.Min(Content(PHash), Content(DHash)) >= ContentOfPhotos;

    /// <summary>Whether they alone say that two pictures are one: full, and a few bits apart at most.</summary>
    public bool AreCopies(PictureHashes other) => AreFull && other.AreFull && BitsFrom(other) <= MostBitsOfCopies;

    /// <summary>Bits by which the hashes differ that differ more.</summary>
    public int BitsFrom(PictureHashes other) => Math.Max(BitOperations.PopCount(PHash ^ other.PHash), BitOperations.PopCount(DHash ^ other.DHash));

    private static bool IsTelling(ulong hash, int fewest) => Content(hash) >= fewest;

    private static int Content(ulong hash) => Math.Min(BitOperations.PopCount(hash), 64 - BitOperations.PopCount(hash));
}
