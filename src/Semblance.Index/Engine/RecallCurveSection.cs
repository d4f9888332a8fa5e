using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Engine;

/// <summary>A measured curve in an index file: k and rows as 8 bytes each, then effort, recall and microseconds as 4 bytes each a point.</summary>
internal static class RecallCurveSection
{
    private const string Name = "recall-curve";
    private const int Head = 2 * sizeof(long);
    private const int Point = 3 * sizeof(float);
    private const int MaxPoints = 1000;

    public static IEnumerable<IndexFileSection> Write(RecallCurve? curve)
    {
        if (curve is null)
            return [];
        var bytes = new byte[Head + (curve.Points.Count * Point)];
        MemoryMarshal.Write(bytes, (long)curve.K);
        MemoryMarshal.Write(bytes.AsSpan(sizeof(long)), curve.Rows);
        for (var i = 0; i < curve.Points.Count; i++)
        {
            var at = bytes.AsSpan(Head + (i * Point));
            MemoryMarshal.Write(at, curve.Points[i].Effort);
            MemoryMarshal.Write(at[4..], curve.Points[i].Recall);
            MemoryMarshal.Write(at[8..], curve.Points[i].Microseconds);
        }
        return [new IndexFileSection(Name, bytes.Length, sink => sink.Write(bytes))];
    }

    public static unsafe RecallCurve? Read(MappedIndexFile file)
    {
        if (file.SectionLength(Name) is not { } length)
            return null;
        if (length < Head + Point || (length - Head) % Point != 0 || (length - Head) / Point > MaxPoints)
            throw file.Damaged($"is damaged: its section '{Name}' has {length} bytes");
        var bytes = new ReadOnlySpan<byte>(file.Section(Name, (UInt128)length), (int)length);
        var points = new RecallPoint[(length - Head) / Point];
        var effort = 0;
        for (var i = 0; i < points.Length; i++)
        {
            var at = bytes[(Head + (i * Point))..];
            points[i] = new RecallPoint(MemoryMarshal.Read<int>(at), MemoryMarshal.Read<float>(at[4..]), MemoryMarshal.Read<float>(at[8..]));
            if (points[i].Effort <= effort || !(points[i].Recall is >= 0 and <= 1))
                throw file.Damaged("is damaged: its measured recall contradicts itself");
            effort = points[i].Effort;
        }
        return new RecallCurve((int)Math.Clamp(MemoryMarshal.Read<long>(bytes), 1, int.MaxValue), MemoryMarshal.Read<long>(bytes[sizeof(long)..]), points);
    }
}
