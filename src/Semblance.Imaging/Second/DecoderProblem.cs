namespace Semblance.Imaging.Second;

/// <summary>Why no decoder program is there.</summary>
/// <param name="Text">Part of a sentence, with what to do.</param>
/// <param name="IsPassing">It lies with the machine as it is now, not with the program: worth another attempt.</param>
internal readonly record struct DecoderProblem(string Text, bool IsPassing = false)
{
    /// <param name="why">The rest of "it cannot be used, since".</param>
    internal static DecoderProblem OfTemporary(string folder, string why)
        => new($"the temporary folder '{folder}', through which it is decoded, cannot be used ({why}); make room there, or set {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")} to a folder that can be written, and try again", IsPassing: true);

    internal DecodeFailure For(string format)
        => new(IsPassing ? DecodeFailureReason.Unreadable : DecodeFailureReason.Unsupported, $"This is a picture in the format {format.ToUpperInvariant()}, and {Text}.");
}
