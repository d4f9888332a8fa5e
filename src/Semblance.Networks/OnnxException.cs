namespace Semblance.Networks;

/// <summary>ONNX Runtime refused a model or an input; the message holds what was attempted and the runtime's own words.</summary>
public sealed class OnnxException(string message) : Exception(message);
