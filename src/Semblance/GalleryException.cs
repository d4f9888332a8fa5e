namespace Semblance;

/// <summary>
/// A request that the gallery cannot or must not carry out; the message says what, where, and what to do next. What a program decides by is
/// <see cref="Error"/> and <see cref="Details"/>; the message names no command and no flag.
/// </summary>
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

    internal GalleryException(GalleryError error, string message, Exception? inner, params ReadOnlySpan<(string Name, string Value)> details)
        : base(message, inner)
    {
        Error = error;
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in details)
            named[name] = value;
        Details = named;
    }

    /// <summary>What is wrong.</summary>
    public GalleryError Error { get; init; }

    /// <summary>
    /// The names that the message is about, for callers that word a remedy of their own: <c>folder</c>, <c>model</c>, <c>asked</c>,
    /// <c>id</c>, <c>file</c>; each <see cref="GalleryError"/> says which it has.
    /// </summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>A disk failed the gallery or its copy: full, or with errors. What was committed before is safe.</summary>
public sealed class GalleryStorageException(string message, Exception inner) : GalleryException(message, inner);

/// <summary>Refused for safety: another model, a newer file, another writer. Nothing was changed.</summary>
public sealed class GalleryRefusedException : GalleryException
{
    public GalleryRefusedException(string message)
        : base(message)
    {
    }

    internal GalleryRefusedException(GalleryError error, string message, params ReadOnlySpan<(string Name, string Value)> details)
        : base(error, message, null, details)
    {
    }
}
