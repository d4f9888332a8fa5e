using Semblance.Numerics.Products;

namespace Semblance.Networks.Kernels;

/// <summary>
/// A walk over a batch of pictures [batch, height, width, channels]: a grid of points, each of which reads the same taps around it.
/// It is cut into slabs, stretches of grid points small enough that what they read, copied once with its border of zeros, stays in
/// the second-level cache; the taps then are offsets from one pointer a point.
/// </summary>
/// <remarks>Depends on the geometry alone, never on the number of threads.</remarks>
internal sealed class PictureWalk
{
    /// <summary>Elements of a slab: half a second-level cache of 1 MB in float.</summary>
    private const int SlabLength = 128 << 10;

    /// <summary>Elements of a slab that holds few points yet: below some hundred points the weights are read too often.</summary>
    private const int LargestSlabLength = 512 << 10;

    private const int FewestPoints = 240;
    private const int MostPoints = 768;

    private readonly int _slabImages;
    private readonly int _slabRows;
    private readonly int _slabsPerImage;

    public PictureWalk(int batch, int channels, TapAxis rows, TapAxis columns)
    {
        Batch = batch;
        Channels = channels;
        Rows = rows;
        Columns = columns;
        IsInside = rows.IsInside && columns.IsInside;
        ReadWidth = IsInside ? columns.Size : columns.Extent(columns.Grid);

        var pointsPerImage = Math.Max(1, rows.Grid * columns.Grid);
        var lengthPerImage = IsInside ? 0 : (long)rows.Extent(rows.Grid) * ReadWidth * channels;
        if (pointsPerImage <= MostPoints && lengthPerImage <= SlabLength)
        {
            _slabRows = rows.Grid;
            var images = MostPoints / pointsPerImage;
            if (lengthPerImage > 0)
                images = (int)Math.Min(images, Math.Max(SlabLength / lengthPerImage, Math.Min((FewestPoints + pointsPerImage - 1) / pointsPerImage, LargestSlabLength / lengthPerImage)));
            _slabImages = Math.Clamp(images, 1, Math.Max(1, batch));
        }
        else
        {
            _slabImages = 1;
            var pointRows = Math.Max(1, MostPoints / Math.Max(1, columns.Grid));
            if (!IsInside)
            {
                var halo = rows.Extent(1) - rows.Stride;
                var readRows = SlabLength / Math.Max(1, ReadWidth * channels);
                pointRows = Math.Min(pointRows, Math.Max((readRows - halo) / rows.Stride, (FewestPoints + columns.Grid - 1) / columns.Grid));
            }
            var pieces = (rows.Grid + pointRows - 1) / Math.Max(1, pointRows);
            _slabRows = (rows.Grid + pieces - 1) / Math.Max(1, pieces);
        }
        _slabsPerImage = _slabRows == 0 ? 0 : (rows.Grid + _slabRows - 1) / _slabRows;
        Slabs = columns.Grid == 0 ? 0 : _slabsPerImage * ((batch + _slabImages - 1) / _slabImages);
        SlabMemory = IsInside ? 0 : (nint)_slabImages * rows.Extent(_slabRows) * ReadWidth * channels;
    }

    public int Batch { get; }

    public int Channels { get; }

    public TapAxis Rows { get; }

    public TapAxis Columns { get; }

    /// <summary>Whether no tap leaves a picture, so that nothing is copied.</summary>
    public bool IsInside { get; }

    /// <summary>Pixels in a row of what is read: the picture's, or the copy's with its border.</summary>
    public int ReadWidth { get; }

    public int Slabs { get; }

    /// <summary>Elements of memory that a thread needs for the copy of a slab.</summary>
    public nint SlabMemory { get; }

    /// <summary>Pictures in a slab at most; a slab of several has all their rows.</summary>
    public int SlabImages => _slabImages;

    /// <summary>Grid rows of a slab at most.</summary>
    public int SlabRows => _slabRows;

    /// <summary>Elements from one grid row to the next in what is read.</summary>
    public nint RowStep => (nint)Rows.Stride * ReadWidth * Channels;

    /// <summary>Elements from one grid point to the next of its row.</summary>
    public nint ColumnStep => (nint)Columns.Stride * Channels;

    /// <summary>Elements from one picture to the next in what is read of a slab.</summary>
    public nint ImageStep(in Slab slab) => (nint)(IsInside ? Rows.Size : Rows.Extent(slab.Rows)) * ReadWidth * Channels;

    /// <summary>Elements from a point's pointer to each of its taps, row by row of the kernel.</summary>
    public nint TapOffset(int row, int column)
        => (((nint)(Rows.Offsets[row] - Rows.First) * ReadWidth) + Columns.Offsets[column] - Columns.First) * Channels;

    public Slab this[int index]
    {
        get
        {
            var (group, piece) = Math.DivRem(index, _slabsPerImage);
            var (image, row) = (group * _slabImages, piece * _slabRows);
            return new(image, Math.Min(_slabImages, Batch - image), row, Math.Min(_slabRows, Rows.Grid - row));
        }
    }

    /// <summary>
    /// The stretch of the pictures that a slab reads, to be asked for while the one before is worked on; empty behind the last.
    /// </summary>
    public unsafe MemoryAhead Ahead<T>(T* pictures, int slabIndex)
        where T : unmanaged
    {
        if (slabIndex >= Slabs)
            return default;
        var slab = this[slabIndex];
        var rowLength = (nint)Columns.Size * Channels;
        var firstRow = (slab.FirstRow * Rows.Stride) + Rows.First;
        var first = (((nint)slab.FirstImage * Rows.Size) + Math.Clamp(firstRow, 0, Rows.Size)) * rowLength;
        var end = (((nint)(slab.FirstImage + slab.Images - 1) * Rows.Size) + Math.Clamp(firstRow + Rows.Extent(slab.Rows), 0, Rows.Size)) * rowLength;
        return new((byte*)(pictures + first), (end - first) * sizeof(T));
    }

    /// <summary>What the first tap of the slab's first point reads: in the pictures themselves, or in a copy made at <paramref name="memory"/>.</summary>
    public unsafe T* Read<T>(T* pictures, in Slab slab, T* memory)
        where T : unmanaged
    {
        var pictureLength = (nint)Rows.Size * Columns.Size * Channels;
        var firstRow = (slab.FirstRow * Rows.Stride) + Rows.First;
        if (IsInside)
            return pictures + (slab.FirstImage * pictureLength) + ((((nint)firstRow * Columns.Size) + Columns.First) * Channels);
        var left = Math.Clamp(-Columns.First, 0, ReadWidth);
        var taken = Math.Clamp(Columns.Size - Math.Max(0, Columns.First), 0, ReadWidth - left);
        var right = ReadWidth - left - taken;
        var target = memory;
        for (var image = slab.FirstImage; image < slab.FirstImage + slab.Images; image++)
        {
            for (var row = firstRow; row < firstRow + Rows.Extent(slab.Rows); row++, target += ReadWidth * Channels)
            {
                if (row < 0 || row >= Rows.Size || taken == 0)
                {
                    new Span<T>(target, ReadWidth * Channels).Clear();
                    continue;
                }
                var source = pictures + (image * pictureLength) + ((((nint)row * Columns.Size) + Math.Max(0, Columns.First)) * Channels);
                new Span<T>(target, left * Channels).Clear();
                new Span<T>(source, taken * Channels).CopyTo(new Span<T>(target + (left * Channels), taken * Channels));
                new Span<T>(target + ((left + taken) * Channels), right * Channels).Clear();
            }
        }
        return memory;
    }

    /// <summary>A stretch of grid points: some rows of one picture, or all rows of some pictures.</summary>
    internal readonly record struct Slab(int FirstImage, int Images, int FirstRow, int Rows);
}
