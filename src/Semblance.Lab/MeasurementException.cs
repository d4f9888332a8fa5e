namespace Semblance.Lab;

/// <summary>What was given cannot be measured: files that cannot be read or do not belong together. The message says which, and why.</summary>
public sealed class MeasurementException : Exception
{
    public MeasurementException(string message)
        : base(message)
    {
    }

    public MeasurementException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
