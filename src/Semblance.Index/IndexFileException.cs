namespace Semblance.Index;

/// <summary>Why an index file was refused.</summary>
public enum IndexFileProblem
{
    /// <summary>Not an index file at all.</summary>
    Foreign,

    /// <summary>Written by a newer release whose format this one does not know.</summary>
    Newer,

    /// <summary>Shorter than its header says, as after a copy that was cut off.</summary>
    Truncated,

    /// <summary>The header or the structure contradicts itself or its checksum.</summary>
    Damaged,

    /// <summary>A sound file of another kind than the one asked for.</summary>
    WrongKind,
}

/// <summary>
/// An index file cannot be used. The message says what is wrong, with which file, and what happens next.
/// Index files are derived from the gallery's rows, so the remedy is always to build the index again.
/// </summary>
public sealed class IndexFileException : IOException
{
    public IndexFileException(IndexFileProblem problem, string path, string what, Exception? inner = null)
        : base($"The index file '{path}' {what}; it will be rebuilt from the gallery.", inner)
    {
        Problem = problem;
        Path = path;
    }

    public IndexFileProblem Problem { get; }

    public string Path { get; }
}
