namespace Semblance.Index;

/// <summary>A vector file cannot be read. The message says what is wrong, in which file and where.</summary>
public sealed class VectorFileException : IOException
{
    public VectorFileException(string path, string what, Exception? inner = null)
        : base($"The vector file '{path}' {what}.", inner) => Path = path;

    public string Path { get; }
}
