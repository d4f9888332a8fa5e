namespace Semblance.Index.Interop;

/// <summary>.fvecs, .bvecs and .ivecs: no header; every row begins with its length (int32), and the first gives the size of all.</summary>
internal static class VecsHeader
{
    public static VectorLayout Read(HeaderBytes header, VectorElement element)
    {
        if (header.Length == 0)
            throw header.Wrong("is empty, so that nothing says how long its vectors are");
        var columns = header.ReadInt32(0);
        if (columns is < 1 or > VectorLayout.MaxColumns)
            throw header.Wrong($"says at byte 0 that row 0 has {columns} numbers; it must be 1 to {VectorLayout.MaxColumns}");
        var layout = new VectorLayout(element, 0, columns, 0, sizeof(int));
        if (header.Length % layout.RowBytes != 0)
            throw header.Wrong($"is cut off or its rows differ in length: its {header.Length} bytes are no multiple of the {layout.RowBytes} of row 0 ({columns} x {element})");
        return layout with { Rows = header.Length / layout.RowBytes };
    }
}
