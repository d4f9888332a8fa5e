using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Graph;

/// <summary>
/// A graph in an index file, little-endian: section <c>graph</c> with, 4 bytes each unless said: M, levels, trained rows, zero, seed (8),
/// deviation, radius, nodes of 16 levels, and the mean as floats; for bit codes seed, deviation and radius are 0 and there is no mean.
/// Then <c>links.i</c>, <c>codes.i</c> and above the lowest level <c>below.i</c>, as <see cref="GraphLevel"/> holds them in memory.
/// </summary>
internal static unsafe class GraphSections
{
    private const string Name = "graph";
    private const int Levels = GraphBuilder.MaxLevel + 1;
    private const int CountsAt = 32;
    private const int MeanAt = CountsAt + (Levels * sizeof(int));
    private const int MaxM = 1024;

    // A section's bytes are written in pieces of about this many.
    private const int Piece = 1 << 20;

    public static IEnumerable<IndexFileSection> Write(GraphState state)
    {
        var learned = state.Codec as TraversalCodec;
        var mean = MemoryMarshal.AsBytes<float>(learned?.Mean ?? []);
        var head = new byte[MeanAt + mean.Length];
        MemoryMarshal.Write(head, state.M);
        MemoryMarshal.Write(head.AsSpan(4), state.Levels.Length);
        MemoryMarshal.Write(head.AsSpan(8), state.TrainedRows);
        MemoryMarshal.Write(head.AsSpan(16), learned?.Seed ?? 0);
        MemoryMarshal.Write(head.AsSpan(24), learned?.Deviation ?? 0);
        MemoryMarshal.Write(head.AsSpan(28), learned?.Radius ?? 0);
        for (var level = 0; level < state.Levels.Length; level++)
            MemoryMarshal.Write(head.AsSpan(CountsAt + (level * sizeof(int))), state.Levels[level].Count);
        mean.CopyTo(head.AsSpan(MeanAt));
        yield return new IndexFileSection(Name, head.Length, sink => sink.Write(head));
        for (var i = 0; i < state.Levels.Length; i++)
        {
            var level = state.Levels[i];
            yield return Links(i, level);
            yield return Codes(i, level);
            if (i > 0)
                yield return Below(i, level);
        }
    }

    /// <summary>The graph over <paramref name="rows"/> rows in the file; null when it holds none.</summary>
    /// <param name="metric">Of the vectors; null over bit codes.</param>
    public static GraphState? Read(MappedIndexFile file, Metric? metric, int rows)
    {
        if (file.SectionLength(Name) is not { } length)
            return null;
        var dimension = file.Header.Dimension;
        var learned = metric is { } known ? TraversalCodec.RotatedDimension(dimension, known) : 0;
        if (length != MeanAt + ((long)learned * sizeof(float)))
            throw file.Damaged($"is damaged: its section '{Name}' has {length} bytes");
        var head = new ReadOnlySpan<byte>(file.Section(Name, (UInt128)length), (int)length);
        var m = MemoryMarshal.Read<int>(head);
        var levels = MemoryMarshal.Read<int>(head[4..]);
        var trained = MemoryMarshal.Read<int>(head[8..]);
        var counts = MemoryMarshal.Cast<byte, int>(head[CountsAt..MeanAt]);
        if (m is < GraphOptions.LeastM or > MaxM || levels is < 1 or > Levels || trained < 1 || counts[0] != rows)
            throw Contradiction(file);
        var codec = metric is { } compared ? Codec(file, compared, head) : CodeNodeEncoder.NewCodec(dimension / 64);
        var opened = new GraphLevel[levels];
        for (var i = 0; i < levels; i++)
        {
            var count = counts[i];
            if (count < 1 || (i > 0 && count > counts[i - 1]))
                throw file.Damaged($"is damaged: level {i} of its graph has {count} nodes");
            var slots = i == 0 ? 2 * m : m;
            var nodes = (UInt128)count;
            opened[i] = new GraphLevel(
                slots,
                codec.CodeBytes,
                count,
                (int*)file.UncheckedSection($"links.{i}", nodes * (uint)slots * sizeof(int)),
                (byte*)file.UncheckedSection($"codes.{i}", nodes * (uint)codec.CodeBytes),
                i == 0 ? null : Below(file, i, count, counts[i - 1]),
                file);
        }
        return new GraphState(codec, opened, m, trained);
    }

    private static TraversalCodec Codec(MappedIndexFile file, Metric metric, ReadOnlySpan<byte> head)
    {
        var deviation = MemoryMarshal.Read<float>(head[24..]);
        var radius = MemoryMarshal.Read<float>(head[28..]);
        var mean = MemoryMarshal.Cast<byte, float>(head[MeanAt..]);
        if (!(deviation > 0) || !float.IsFinite(deviation) || !(radius >= 0) || !float.IsFinite(radius))
            throw Contradiction(file);
        foreach (var x in mean)
        {
            if (!float.IsFinite(x))
                throw file.Damaged($"is damaged: the mean of its graph holds {x}");
        }
        return new TraversalCodec(file.Header.Dimension, metric, MemoryMarshal.Read<long>(head[16..]), mean, deviation, radius);
    }

    private static IndexFileException Contradiction(MappedIndexFile file) =>
        file.Damaged("is damaged: the numbers of its graph contradict one another");

    // Links are checked wherever they are followed. These, one in M of them, are checked once: repairs and additions rely on them.
    private static int* Below(MappedIndexFile file, int level, int count, int lower)
    {
        var below = (int*)file.Section($"below.{level}", (UInt128)count * sizeof(int));
        for (var node = 0; node < count; node++)
        {
            if ((uint)below[node] >= (uint)lower)
                throw file.Damaged($"is damaged: node {node} on level {level} of its graph stands above {below[node]}, of {lower} nodes");
        }
        return below;
    }

    private static IndexFileSection Links(int number, GraphLevel level) => Bytes($"links.{number}", level, (byte*)level.Links, level.Slots * sizeof(int));

    private static IndexFileSection Codes(int number, GraphLevel level) => Bytes($"codes.{number}", level, level.Codes, level.CodeBytes);

    private static IndexFileSection Below(int number, GraphLevel level) => Bytes($"below.{number}", level, (byte*)level.Below, sizeof(int));

    private static IndexFileSection Bytes(string name, GraphLevel level, byte* start, int bytesPerNode)
    {
        var length = (long)level.Count * bytesPerNode;
        return new IndexFileSection(name, length, sink =>
        {
            level.CheckAll();
            for (long done = 0; done < length; done += Piece)
                sink.Write(new ReadOnlySpan<byte>(start + done, (int)Math.Min(Piece, length - done)));
            level.KeepAlive();
        });
    }
}
