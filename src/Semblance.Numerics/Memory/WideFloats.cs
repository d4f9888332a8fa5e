using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Numerics.Memory;

/// <summary>
/// Zeroed, contiguous floats, more of them than an array can have: an array of lines of sixteen. It lies in the managed heap, so a
/// span into it keeps it alive, which memory of the system's could not promise. The runtime takes so large an object fresh from the
/// system, and lines that were never touched take no memory.
/// </summary>
internal sealed class WideFloats
{
    private const int LineFloats = 16;

    private readonly Line[] _lines;

    /// <exception cref="ArgumentOutOfRangeException">Not even lines of sixteen are that many.</exception>
    public WideFloats(nint length)
    {
        var lines = (length + LineFloats - 1) / LineFloats;
        if (lines > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"{length} floats are more than the {(long)Array.MaxLength * LineFloats} that one matrix can hold.");
        _lines = new Line[lines];
    }

    public ref float this[nint index] => ref Unsafe.Add(ref Unsafe.As<Line, float>(ref MemoryMarshal.GetArrayDataReference(_lines)), index);

    /// <summary>The caller has checked that these elements exist.</summary>
    public Span<float> Span(nint start, int length)
    {
        Debug.Assert(start >= 0 && start + length <= (nint)_lines.Length * LineFloats);
        return MemoryMarshal.CreateSpan(ref this[start], length);
    }

    /// <summary>As <see cref="Span"/>, for who keeps it.</summary>
    public Memory<float> Memory(nint start, int length) => new Part(this, start, length).Memory;

    [InlineArray(LineFloats)]
    private struct Line
    {
        private float _first;
    }

    private sealed class Part(WideFloats floats, nint start, int length) : MemoryManager<float>
    {
        public override Span<float> GetSpan() => floats.Span(start, length);

        public override unsafe MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
            var handle = GCHandle.Alloc(floats._lines, GCHandleType.Pinned);
            return new MemoryHandle(Unsafe.AsPointer(ref floats[start + elementIndex]), handle);
        }

        // The handle of Pin unpins.
        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
