using Semblance.Imaging;

namespace Semblance.Features.Preprocessing;

/// <summary>
/// A picture's luma (Rec. 601) averaged over the cells of a coarse grid, pixels on a border counted by their share: what a
/// box filter that shrinks to the grid's size gives. Several grids are filled in one pass over the pixels. O(pixels).
/// </summary>
internal sealed class LumaGrid
{
    /// <summary>Weights in thousandths, so that the sums are whole and the same on every machine.</summary>
    private const int Red = 299;
    private const int Green = 587;
    private const int Blue = 114;

    private readonly int _width;
    private readonly int _height;
    private readonly int _columns;
    private readonly int _rows;
    private readonly (int Whole, double Part)[] _borders;
    private readonly double[] _line;
    private readonly double[] _cells;
    private int _row;

    private LumaGrid(Picture picture, int columns, int rows)
    {
        (_width, _height) = (picture.Width, picture.Height);
        (_columns, _rows) = (columns, rows);
        _borders = new (int, double)[columns];
        for (var x = 0; x < columns; x++)
        {
            var (whole, rest) = Math.DivRem((x + 1) * (long)_width, columns);
            _borders[x] = ((int)whole, rest / (double)columns);
        }
        _line = new double[columns];
        _cells = new double[rows * columns];
    }

    /// <returns><c>[rows, columns]</c>, 0 to 255.</returns>
    public static double[] Means(Picture picture, int columns, int rows) => Means(picture, [(columns, rows)])[0];

    /// <returns>For each grid <c>[rows, columns]</c>, 0 to 255.</returns>
    public static double[][] Means(Picture picture, params ReadOnlySpan<(int Columns, int Rows)> sizes)
    {
        var grids = new LumaGrid[sizes.Length];
        for (var i = 0; i < grids.Length; i++)
            grids[i] = new LumaGrid(picture, sizes[i].Columns, sizes[i].Rows);
        var stride = picture.Width * 3;
        var prefix = new long[picture.Width + 1];
        for (var y = 0; y < picture.Height; y++)
        {
            Integrate(picture.Pixels.AsSpan(y * stride, stride), prefix);
            foreach (var grid in grids)
                grid.Add(y, prefix);
        }
        return Array.ConvertAll(grids, grid => grid.Means());
    }

    private static void Integrate(ReadOnlySpan<byte> pixels, Span<long> prefix)
    {
        var sum = 0L;
        for (int x = 1, i = 0; x < prefix.Length && i + 2 < pixels.Length; x++, i += 3)
        {
            sum += (Red * pixels[i]) + (Green * pixels[i + 1]) + (Blue * pixels[i + 2]);
            prefix[x] = sum;
        }
    }

    private void Add(int y, ReadOnlySpan<long> prefix)
    {
        Integrals(prefix);
        // This line of pixels lies in [y, y + 1), and row r of the grid in [r, r + 1) · height / rows; counted in 1/rows of a pixel.
        var (top, bottom) = ((long)y * _rows, ((long)y + 1) * _rows);
        while (top < bottom)
        {
            var end = Math.Min(bottom, ((long)_row + 1) * _height);
            var share = end - top;
            var cells = _cells.AsSpan(_row * _columns, _columns);
            for (var x = 0; x < cells.Length; x++)
                cells[x] += share * _line[x];
            top = end;
            if (end == ((long)_row + 1) * _height)
                _row++;
        }
    }

    /// <summary>The line's luma over each cell: differences of the running sum, read between pixels where a border falls there.</summary>
    private void Integrals(ReadOnlySpan<long> prefix)
    {
        var before = 0.0;
        for (var x = 0; x < _borders.Length; x++)
        {
            var (whole, part) = _borders[x];
            var after = (double)prefix[whole];
            if (part > 0)
                after += (prefix[whole + 1] - prefix[whole]) * part;
            _line[x] = after - before;
            before = after;
        }
    }

    // A cell holds width / columns by height / rows pixels, and its rows were counted in 1/rows of a pixel.
    private double[] Means()
    {
        var scale = _columns / (1000.0 * _width * _height);
        for (var i = 0; i < _cells.Length; i++)
            _cells[i] *= scale;
        return _cells;
    }
}
