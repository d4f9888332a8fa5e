namespace Semblance;

/// <summary>A request that the gallery cannot or must not carry out; the message says what, where, and what to do next.</summary>
public class GalleryException : Exception
{
    public GalleryException(string message)
        : base(message)
    {
    }

    public GalleryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A disk failed the gallery or its copy: full, or with errors. What was committed before is safe.</summary>
public sealed class GalleryStorageException(string message, Exception inner) : GalleryException(message, inner);

/// <summary>Refused for safety: another model, a newer file, another writer. Nothing was changed.</summary>
public sealed class GalleryRefusedException(string message) : GalleryException(message);
