namespace Semblance;

/// <summary>A filter text that does not parse; the message shows where, what stands there, and what was expected.</summary>
public sealed class FilterException : GalleryException
{
    public FilterException(int position, string offending, string expected)
        : base($"Filter, column {position + 1}: {(offending.Length == 0 ? "the text ends" : $"\"{offending}\"")} where {expected} was expected.")
    {
        Position = position;
        Offending = offending;
        Expected = expected;
    }

    /// <summary>Index into the filter text, from 0.</summary>
    public int Position { get; }

    /// <summary>The text at <see cref="Position"/>; empty at the end.</summary>
    public string Offending { get; }

    public string Expected { get; }
}
