namespace Semblance.Networks;

/// <summary>An ONNX file is damaged or holds what the engine cannot compute; the message names the node and says what to do next.</summary>
public sealed class OnnxImportException : Exception
{
    public OnnxImportException(string message)
        : base(message)
    {
    }

    public OnnxImportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
