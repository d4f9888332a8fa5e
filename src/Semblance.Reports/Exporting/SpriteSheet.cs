using Semblance.Imaging;

namespace Semblance.Reports.Exporting;

/// <summary>Square thumbnails in a square grid, row after row, as the Embedding Projector wants them.</summary>
internal sealed record SpriteSheet(Picture Picture, int Side)
{
    private const int MaxSheet = 8192;
    private const int MaxSide = 64;
    private const int MinSide = 12;

    /// <summary>Null when so many thumbnails would be too small to see. A picture that cannot be read leaves its place grey.</summary>
    public static SpriteSheet? Make(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return null;
        var perRow = (int)Math.Ceiling(Math.Sqrt(paths.Count));
        var side = Math.Min(MaxSide, MaxSheet / perRow);
        if (side < MinSide)
            return null;
        var sheet = perRow * side;
        var pixels = new byte[sheet * sheet * 3];
        Array.Fill(pixels, (byte)128);
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, paths.Count, options, i =>
        {
            if (PictureDecoder.Shared.DecodeFile(paths[i], new DecodeOptions { MinimumSide = side }).Picture is not { } picture)
                return;
            var scale = (double)side / Math.Max(picture.Width, picture.Height);
            var (width, height) = (Math.Clamp((int)Math.Round(picture.Width * scale), 1, side), Math.Clamp((int)Math.Round(picture.Height * scale), 1, side));
            var small = picture.Resize(width, height);
            var left = (i % perRow * side) + ((side - width) / 2);
            var top = (i / perRow * side) + ((side - height) / 2);
            for (var y = 0; y < height; y++)
                small.Pixels.AsSpan(y * width * 3, width * 3).CopyTo(pixels.AsSpan((((top + y) * sheet) + left) * 3));
        });
        return new SpriteSheet(new Picture(sheet, sheet, pixels, new PictureFacts("png", sheet, sheet)), side);
    }
}
