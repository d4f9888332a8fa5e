using Semblance.Imaging;

namespace Semblance.Tests;

/// <summary>Made-up gallery items; every property has a plain default.</summary>
internal static class Items
{
    public static GalleryItem Make(
        long id,
        string? path = null,
        long size = 1000,
        DateTime? modified = null,
        string? hash = null,
        string format = "jpeg",
        int width = 640,
        int height = 480,
        DateTime? taken = null,
        string? camera = null,
        ulong pHash = 0,
        ulong dHash = 0,
        PhotoFacts? photo = null) =>
        new(id, path ?? $"/pictures/{id}.jpg", size, modified ?? new DateTime(2020, 1, 1, 12, 0, 0, DateTimeKind.Utc), hash ?? id.ToString("x64", System.Globalization.CultureInfo.InvariantCulture),
            format, width, height, 1, (photo ?? PhotoFacts.None) with { Taken = taken, Camera = camera }, pHash, dHash, Missing: false);
}
