namespace Semblance.Networks;

/// <summary>A model folder, a manifest or a download is not as it must be; the message says which file and what to do next.</summary>
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
}
