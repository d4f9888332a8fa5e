using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Semblance.Numerics.Kernels;

namespace Semblance.Index.Graph;

/// <summary>
/// The codes that steer a walk through the graph: their length, how a query becomes one, and their distances, which are whole numbers below 2³¹.
/// </summary>
/// <remarks>
/// The form is a branch that a processor guesses right, once for all neighbours of a node, rather than a virtual member: walk, selection of
/// neighbours and repair are compiled once for all forms.
/// </remarks>
/// <param name="form">Of the codes.</param>
/// <param name="width">Bytes of a query: one for each coordinate of a code, or one for each 8 bits.</param>
internal unsafe class NodeCodec(CodeForm form, int width)
{
    /// <summary>Coordinates of 4-bit codes that fill a cache line.</summary>
    protected const int Group = 128;

    private static readonly ICodeKernel s_kernel = CodeKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable));

    private readonly CodeForm _form = form;
    private readonly ICodeKernel _kernel = s_kernel;

    /// <summary>Bytes of a query; for codes of numbers also their coordinates, those that only fill up the line included.</summary>
    public int Width { get; } = width;

    public int CodeBytes { get; } = form == CodeForm.Nibbles ? width / 2 : width;

    /// <summary>Whether two coordinates share a byte.</summary>
    public bool UsesNibbles => _form == CodeForm.Nibbles;

    /// <summary>What one walk at a time needs.</summary>
    /// <param name="slots">The most links a node can have.</param>
    public virtual SearchContext NewContext(int slots) => new(this, slots);

    /// <summary>The code of a row that was loaded as a query.</summary>
    public void Pack(byte* query, byte* code)
    {
        if (!UsesNibbles)
        {
            Unsafe.CopyBlockUnaligned(code, query, (uint)Width);
            return;
        }
        for (var i = 0; i < Width; i += Group)
        {
            for (var j = i; j < i + (Group / 2); j++)
                *code++ = (byte)(Level(query[j]) | (Level(query[j + (Group / 2)]) << 4));
        }

        static int Level(int step) => Math.Min((step + 4) >> 3, 15);
    }

    /// <summary>A code as a query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Unpack(byte* code, byte* query)
    {
        if (!UsesNibbles)
        {
            Unsafe.CopyBlockUnaligned(query, code, (uint)Width);
            return;
        }
        var levels = Vector128.Create((byte)0x78);
        for (var i = 0; i < CodeBytes; i += Vector128<byte>.Count)
        {
            var packed = Vector128.Load(code + i).AsUInt16();
            var target = query + i + (i & ~63);
            ((packed << 3).AsByte() & levels).Store(target);
            ((packed >> 1).AsByte() & levels).Store(target + 64);
        }
    }

    /// <summary>Distances of <paramref name="query"/> to scattered codes; <paramref name="distances"/> has room for a multiple of 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Distances(byte* query, byte* codes, int* indexes, int count, int* distances)
    {
        if (_form == CodeForm.Nibbles)
            _kernel.Nibbles(query, codes, CodeBytes, indexes, count, distances);
        else if (_form == CodeForm.Bytes)
            _kernel.Bytes(query, codes, CodeBytes, indexes, count, distances);
        else
            PopulationCount.HammingScattered((ulong*)query, (ulong*)codes, CodeBytes / sizeof(ulong), indexes, count, distances);
    }

    /// <summary>The same for a query that is multiplied with codes of numbers.</summary>
    /// <param name="bias">From <see cref="TraversalCodec.EncodeQuery"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Products(byte* query, byte* codes, int* indexes, int count, int bias, int* distances)
    {
        if (UsesNibbles)
            _kernel.NibbleProducts((sbyte*)query, codes, CodeBytes, indexes, count, bias, distances);
        else
            _kernel.ByteProducts((sbyte*)query, codes, CodeBytes, indexes, count, bias, distances);
    }
}
