using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>How the codes of a list lie in memory.</summary>
internal abstract class ListCodes(int width)
{
    /// <summary>Numbers of a code, a byte each before it is packed; 0 where lists hold positions only.</summary>
    public int Width { get; } = width;

    public abstract double BytesPerCode { get; }

    /// <summary>Bytes that <paramref name="rows"/> codes take.</summary>
    public abstract long Bytes(int rows);

    public abstract void Put(ReadOnlySpan<byte> code, Span<byte> codes, int row);

    public abstract void Copy(ReadOnlySpan<byte> source, int sourceRow, Span<byte> target, int targetRow);
}

/// <summary>One code after another, none at all for width 0.</summary>
internal sealed class PackedListCodes(int width) : ListCodes(width)
{
    public override double BytesPerCode => Width;

    public override long Bytes(int rows) => (long)rows * Width;

    public override void Put(ReadOnlySpan<byte> code, Span<byte> codes, int row) => code.CopyTo(codes[(row * Width)..]);

    public override void Copy(ReadOnlySpan<byte> source, int sourceRow, Span<byte> target, int targetRow) =>
        source.Slice(sourceRow * Width, Width).CopyTo(target[(targetRow * Width)..]);
}

/// <summary>The blocks of <see cref="FastScan"/>: 32 codes of 4-bit numbers side by side.</summary>
internal sealed class FastScanListCodes(int width) : ListCodes(width)
{
    private readonly int _blockBytes = FastScan.BlockBytes(width);

    public override double BytesPerCode => Width / 2.0;

    public override long Bytes(int rows) => (rows + FastScan.BlockRows - 1L) / FastScan.BlockRows * _blockBytes;

    public override void Put(ReadOnlySpan<byte> code, Span<byte> codes, int row) =>
        FastScan.Pack(code, codes.Slice(row / FastScan.BlockRows * _blockBytes, _blockBytes), row % FastScan.BlockRows);

    public override void Copy(ReadOnlySpan<byte> source, int sourceRow, Span<byte> target, int targetRow) => FastScan.Copy(
        source.Slice(sourceRow / FastScan.BlockRows * _blockBytes, _blockBytes),
        sourceRow % FastScan.BlockRows,
        target.Slice(targetRow / FastScan.BlockRows * _blockBytes, _blockBytes),
        targetRow % FastScan.BlockRows,
        Width);
}
