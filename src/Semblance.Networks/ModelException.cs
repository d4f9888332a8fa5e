using System.Collections.ObjectModel;

namespace Semblance.Networks;

/// <summary>
/// A model folder, a manifest or a download is not as it must be; the message says which file and what to do next, and names no command.
/// </summary>
public sealed class ModelException : Exception
{
    public ModelException(string message)
        : base(message)
    {
    }

    public ModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What is wrong.</summary>
    public ModelError Error { get; init; }

    /// <summary>The names that the message is about, for callers that word a remedy of their own; each <see cref="ModelError"/> says which it has.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>What a <see cref="ModelException"/> is about.</summary>
public enum ModelError
{
    /// <summary>A network, manifest or address is not as it must be.</summary>
    BadModel,

    /// <summary>No model of this name, and no such file; <c>model</c>.</summary>
    NoModel,

    /// <summary>The default model of an earlier version; <c>model</c>, <c>asked</c> (the present one).</summary>
    Retired,

    /// <summary>A model of this name is there already; <c>model</c>.</summary>
    NameTaken,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>The address does not answer as it must; <c>address</c>.</summary>
    Unreachable,
}
