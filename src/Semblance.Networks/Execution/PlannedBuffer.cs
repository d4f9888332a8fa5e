namespace Semblance.Networks.Execution;

/// <summary>Memory that one or several tensors take for a stretch of the schedule.</summary>
internal sealed class PlannedBuffer(nint bytes, int start, string owner)
{
    public nint Bytes { get; } = bytes;

    /// <summary>Layer or input that asked for it, for messages.</summary>
    public string Owner { get; } = owner;

    /// <summary>First step that writes it.</summary>
    public int Start { get; } = start;

    /// <summary>Last step that reads or writes it.</summary>
    public int End { get; private set; } = start;

    /// <summary>Where it lies in the arena.</summary>
    public nint Offset { get; set; } = -1;

    public void UseAt(int step) => End = Math.Max(End, step);
}
