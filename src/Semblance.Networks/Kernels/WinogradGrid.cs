namespace Semblance.Networks.Kernels;

/// <summary>Square tiles over a batch of pictures [batch, height, width, channels], tile by tile of a row, row by row, picture by picture.</summary>
/// <param name="Rows">Rows of tiles in a picture.</param>
/// <param name="Columns">Tiles in a row.</param>
/// <param name="Step">Pixels from a tile to the next; neighbours may overlap.</param>
/// <param name="Top">Row of the first tile's first pixel; may be negative.</param>
/// <param name="Left">Column of the first tile's first pixel; may be negative.</param>
internal readonly record struct WinogradGrid(int Height, int Width, int Channels, int Rows, int Columns, int Step, int Top, int Left)
{
    /// <summary>Picture, row and column of a tile's first pixel.</summary>
    public (int Picture, int Row, int Column) Place(int tile)
    {
        var (line, column) = Math.DivRem(tile, Columns);
        var (picture, row) = Math.DivRem(line, Rows);
        return (picture, (row * Step) + Top, (column * Step) + Left);
    }

    /// <summary>Where the <paramref name="side"/>² pixels of a tile lie; those outside the picture at <paramref name="zeros"/>.</summary>
    public unsafe void Locate<T>(T* pictures, T* zeros, int tile, int side, T** pixels)
        where T : unmanaged
    {
        var (picture, top, left) = Place(tile);
        for (var y = top; y < top + side; y++)
        {
            var row = pictures + ((((nint)picture * Height) + y) * Width * Channels);
            for (var x = left; x < left + side; x++)
                *pixels++ = (uint)y < (uint)Height && (uint)x < (uint)Width ? row + ((nint)x * Channels) : zeros;
        }
    }
}
