namespace Semblance;

/// <summary>A file beside a picture that belongs to it: <c>.xmp</c>, <c>.json</c>, <c>.mov</c>, <c>.mp4</c>, <c>.aae</c>.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Last write time, UTC.</param>
public sealed record Sidecar(string Path, long Size, DateTime Modified);
