using System.Numerics;

namespace Semblance.Index.Hashing;

/// <summary>
/// How one table's hash is put together: cross-polytope functions, each of which tells the nearest of 2 · axes signed axes. All look at
/// every dimension but the last, which is cut so that the number of cells comes near what is asked for (Andoni et al. 2015, section 5).
/// </summary>
internal sealed class HashShape
{
    // The cells of all tables are held in one array.
    private const int MaxBits = 30;

    private HashShape(int[] axes)
    {
        Axes = axes;
        Cells = axes.Aggregate(1, static (cells, count) => checked(cells * 2 * count));
    }

    /// <summary>Axes of each function.</summary>
    public IReadOnlyList<int> Axes { get; }

    /// <summary>Cells of a table.</summary>
    public int Cells { get; }

    /// <param name="rows">Rows to be spread.</param>
    /// <param name="width">Dimensions that are rotated.</param>
    /// <param name="tables">Tables that share the largest array there can be.</param>
    /// <param name="bits">Base-2 logarithm of the cells that are wanted; null takes about one cell a row.</param>
    public static HashShape Of(int rows, int width, int tables, int? bits)
    {
        var most = MaxBits - BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)tables));
        var wanted = 1 << Math.Clamp(bits ?? BitOperations.Log2((uint)rows), 1, most);
        var axes = new List<int>();
        for (; wanted / 2 >= width; wanted /= 2 * width)
            axes.Add(width);
        if (wanted >= 2)
            axes.Add(wanted / 2);
        return new HashShape([.. axes]);
    }
}
