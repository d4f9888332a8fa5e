namespace Semblance.Networks;

/// <summary>A TensorFlow.js model could not be imported; the message names the file, the node or the weight.</summary>
public sealed class TfjsImportException(string message) : Exception(message);
