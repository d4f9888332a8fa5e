namespace Semblance.Storage.Sqlite;

/// <summary>The row number of a vector: space, item and part, so that a space's vectors lie together in the order of the items.</summary>
internal static class VectorKey
{
    private const int PartBits = 8;
    private const int SpaceShift = 44;

    public static long Of(long space, long item, int part) => (space << SpaceShift) | (item << PartBits) | (uint)part;

    public static long First(long space) => space << SpaceShift;

    public static long Last(long space) => First(space + 1) - 1;

    public static long First(long space, long item) => Of(space, item, 0);

    public static long Last(long space, long item) => Of(space, item, (1 << PartBits) - 1);
}
