namespace Semblance.Learning;

/// <summary>A data set cannot be read or used; the message says which, why, and what to do.</summary>
public sealed class DataSetException(string message, Exception? inner = null) : Exception(message, inner);
