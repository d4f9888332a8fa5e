namespace Semblance.Imaging.Second;

/// <summary>What one picture may cost.</summary>
internal sealed record DecoderLimits
{
    /// <summary>From the request to the last pixel. The largest RAW takes seconds; what takes a minute will not end.</summary>
    internal TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Memory of a process apart from what pixels take.</summary>
    internal long BaseMemory { get; init; } = 512L << 20;

    /// <summary>Decoders of floating point (JPEG XL) hold several copies of a picture.</summary>
    internal long BytesPerPixel { get; init; } = 20;

    /// <summary>A process that nobody needed for so long is ended.</summary>
    internal TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    internal int Processes { get; init; } = Environment.ProcessorCount;
}
