using Semblance.Imaging;

namespace Semblance.Sidecars;

/// <summary>What the files beside a picture say of it. Those that are too large, cannot be read or hold something else say nothing.</summary>
internal static class SidecarFacts
{
    /// <summary>Above this it is no list of properties.</summary>
    private const long MostBytes = 16 << 20;

    /// <summary>The picture's own facts, completed by its sidecars: XMP first, then JSON.</summary>
    public static PhotoFacts Complete(PhotoFacts own, IReadOnlyList<Sidecar> sidecars)
    {
        foreach (var sidecar in sidecars.Where(HasExtension(".xmp")))
            own = own.CompletedBy(PhotoFacts.Read([], Bytes(sidecar)));
        foreach (var sidecar in sidecars.Where(HasExtension(".json")))
            own = own.CompletedBy(PhotoFacts.ReadGoogleJson(Bytes(sidecar)));
        return own;
    }

    private static Func<Sidecar, bool> HasExtension(string extension) => sidecar => sidecar.Path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private static byte[] Bytes(Sidecar sidecar) => sidecar.Size is > 0 and <= MostBytes ? PictureFiles.Read(sidecar.Path).Bytes ?? [] : [];
}
