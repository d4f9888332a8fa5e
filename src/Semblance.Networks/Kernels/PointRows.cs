using Semblance.Numerics.Products;

namespace Semblance.Networks.Kernels;

/// <summary>The grid points of a slab as the rows of a product: each reads its taps from one pointer and writes its channels at another.</summary>
/// <param name="read">What the slab's first point reads.</param>
/// <param name="readImageStep">Elements from picture to picture in what is read.</param>
/// <param name="written">Where the slab's first point writes.</param>
internal readonly unsafe struct PointRows<T>(T* read, nint readImageStep, PictureWalk walk, PictureWalk.Slab slab, T* written, GridPlace place) : IProductRows<T>
    where T : unmanaged
{
    public void Locate(int first, int count, T** rows, T** targets)
    {
        var width = walk.Columns.Grid;
        var (line, column) = Math.DivRem(first, width);
        var (image, row) = Math.DivRem(line, slab.Rows);
        for (var i = 0; i < count;)
        {
            var source = read + (image * readImageStep) + (row * walk.RowStep) + (column * walk.ColumnStep);
            var target = written + (image * place.ImageStep) + (row * place.RowStep) + (column * place.ColumnStep);
            for (var end = Math.Min(count, i + width - column); i < end; i++)
            {
                rows[i] = source;
                targets[i] = target;
                source += walk.ColumnStep;
                target += place.ColumnStep;
            }
            column = 0;
            if (++row == slab.Rows)
            {
                row = 0;
                image++;
            }
        }
    }
}
