namespace Semblance.Index.Interop;

/// <summary>.fbin, .u8bin, .i8bin and .ibin: rows and columns as uint32, then the numbers.</summary>
internal static class BinHeader
{
    private const int Bytes = 8;

    public static VectorLayout Read(HeaderBytes header, VectorElement element)
    {
        long rows = header.ReadUInt32(0);
        long columns = header.ReadUInt32(4);
        // True neighbours are published with their distances (float32) behind all ids.
        var hasDistances = element == VectorElement.Int32 && rows > 0 && columns is >= 1 and <= VectorLayout.MaxColumns && (header.Length - Bytes) / 2 == rows * columns * sizeof(int) && header.Length % 2 == 0;
        return hasDistances
            ? new VectorLayout(element, rows, (int)columns, Bytes)
            : VectorLayout.Checked(header, element, rows, columns, Bytes);
    }
}
