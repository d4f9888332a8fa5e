using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Tests.Storage.Conformance;

/// <summary>Pictures with and without each fact that filters ask for, and filters that ask for them.</summary>
internal static class FilteredItems
{
    public static string[] Tags { get; } = ["cat", "Cat food", "dog", "a|b"];

    public static string[] Terms { get; } =
    [
        "", "label:c1", "label:C*", "label:c1|c2", "tag:cat", "tag:*", "-tag:*", "tag:cat*", "name:img_3.jpg", "name:img_3", "name:*7*", "path:/photos/c1", "path:c2/*.png", "path:**/c3/**", "cat", "img_1", "i?g_2*",
        "date:2020", "date:2019-06..2020-03", "date:>=2020-02-29", "date:<2019", "date:2020-07-04", "size:>2MB", "size:100KB..2MB", "size:<=4096", "width:4000", "width:>=3000", "height:<2000", "height:1000..3000",
        "mp:12", "mp:>=3", "mp:0.5..8", "orientation:portrait", "orientation:landscape", "orientation:square", "orientation:panorama", "camera:canon", "camera:*5D", "camera:nikon|leica", "lens:50", "format:jpg", "format:p*",
        "iso:400", "iso:>=800", "rating:5", "rating:0", "rating:<=0", "rating:-1", "rating:>=-1", "gps:yes", "gps:no", "gps:40,-10..60,30", "gps:-50,170..0,-170", "near:48.86,2.35,500km", "near:0,180,2000km", "near:89.9,0,900km",
        "description:sea", "description:*", "-description:sea", "-(rating:5 OR gps:yes)", "label:nothing", "camera:canon rating:5", "tag:dog OR format:png", "-label:c1 -label:c2",
    ];

    public static GalleryItem Make(int number, SeededRandom random)
    {
        T? Maybe<T>(T value) where T : struct => random.NextInt(3) == 0 ? null : value;
        string[] cameras = ["Canon EOS 5D", "NIKON D50", "Leica Q"];
        var (width, height) = random.NextInt(4) switch
        {
            0 => (4000, 3000),
            1 => (2000, 2000),
            2 => (1000, 3000),
            _ => (200 + random.NextInt(6000), 200 + random.NextInt(3000)),
        };
        return Items.Make(0, $"/photos/c{number % 4}/{(number % 5 == 0 ? "cat_" : "img_")}{number}.{(number % 3 == 0 ? "png" : "jpg")}") with
        {
            Size = random.NextInt(3) == 0 ? 4096 : random.NextInt(5_000_000),
            Modified = new DateTime(2018, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(random.NextInt(30_000)),
            Format = number % 3 == 0 ? "png" : "jpeg",
            Width = width,
            Height = height,
            Hash = number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture),
            Photo = new PhotoFacts
            {
                Taken = Maybe(new DateTime(2018, 6, 1).AddHours(random.NextInt(25_000))),
                Camera = random.NextInt(4) == 0 ? null : cameras[random.NextInt(cameras.Length)],
                Lens = random.NextInt(2) == 0 ? null : "EF 50mm",
                Iso = Maybe(100 << random.NextInt(5)),
                Rating = Maybe(random.NextInt(7) - 1),
                Location = Maybe(new GeoPoint((random.NextDouble() * 180) - 90, (random.NextDouble() * 360) - 180)),
                Description = random.NextInt(2) == 0 ? null : "By the Sea",
            },
        };
    }

    /// <summary>Terms joined at random, so many levels deep.</summary>
    public static string Combine(SeededRandom random, int depth)
    {
        if (depth == 0)
            return Terms[1 + random.NextInt(Terms.Length - 1)];
        return random.NextInt(4) switch
        {
            0 => $"({Combine(random, depth - 1)}) OR ({Combine(random, depth - 1)})",
            1 => $"-({Combine(random, depth - 1)})",
            2 => $"({Combine(random, depth - 1)}) ({Combine(random, depth - 1)})",
            _ => Combine(random, depth - 1),
        };
    }
}
