namespace Semblance.Learning;

/// <summary>A checkpoint cannot be read or used; the message says which, why, and what to do.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : IOException(message, inner);
