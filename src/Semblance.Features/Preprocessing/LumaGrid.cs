using Semblance.Imaging;

namespace Semblance.Features.Preprocessing;

/// <summary>
/// A picture's luma (Rec. 601) averaged over the cells of a coarse grid, pixels on a border counted by their share: what a
/// box filter that shrinks to the grid's size gives, in one pass over the pixels. O(pixels).
/// </summary>
internal static class LumaGrid
{
    /// <summary>Weights in thousandths, so that the sums are whole and the same on every machine.</summary>
    private const int Red = 299;
    private const int Green = 587;
    private const int Blue = 114;

    /// <returns><c>[rows, columns]</c>, 0 to 255.</returns>
    public static double[] Means(Picture picture, int columns, int rows)
    {
        var (width, height) = (picture.Width, picture.Height);
        var grid = new double[rows * columns];
        var line = new double[columns];
        var prefix = new long[width + 1];
        var row = 0;
        for (var y = 0; y < height; y++)
        {
            Integrate(picture.Pixels.AsSpan(y * width * 3, width * 3), prefix);
            Integrals(prefix, line);
            // This line of pixels lies in [y, y + 1), and row r of the grid in [r, r + 1) · height / rows; counted in 1/rows of a pixel.
            var (top, bottom) = ((long)y * rows, ((long)y + 1) * rows);
            while (top < bottom)
            {
                var end = Math.Min(bottom, ((long)row + 1) * height);
                var share = end - top;
                for (var x = 0; x < columns; x++)
                    grid[(row * columns) + x] += share * line[x];
                top = end;
                if (end == ((long)row + 1) * height)
                    row++;
            }
        }
        // A cell holds width / columns by height / rows pixels, and its rows were counted in 1/rows of a pixel.
        var scale = columns / (1000.0 * width * height);
        for (var i = 0; i < grid.Length; i++)
            grid[i] *= scale;
        return grid;
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

    /// <summary>The line's luma over each cell: differences of the running sum, read between pixels where a border falls there.</summary>
    private static void Integrals(ReadOnlySpan<long> prefix, Span<double> line)
    {
        var width = prefix.Length - 1;
        var before = 0.0;
        for (var x = 0; x < line.Length; x++)
        {
            var (whole, rest) = Math.DivRem((x + 1) * (long)width, line.Length);
            var after = (double)prefix[(int)whole];
            if (rest > 0)
                after += (prefix[(int)whole + 1] - prefix[(int)whole]) * (rest / (double)line.Length);
            line[x] = after - before;
            before = after;
        }
    }
}
