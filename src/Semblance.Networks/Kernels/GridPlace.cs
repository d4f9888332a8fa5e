namespace Semblance.Networks.Kernels;

/// <summary>Where the points of a grid stand in a batch of pictures that is written: every pixel, or every second of one phase.</summary>
/// <param name="First">Elements from the batch's beginning to the first point's first channel.</param>
/// <param name="ImageStep">Elements from a picture to the next.</param>
/// <param name="RowStep">Elements from a grid row to the next.</param>
/// <param name="ColumnStep">Elements from a grid point to the next.</param>
internal readonly record struct GridPlace(nint First, nint ImageStep, nint RowStep, nint ColumnStep);
