using System.Globalization;
using Semblance.Filtering;

namespace Semblance;

/// <summary>
/// Which copy of a picture to keep. Ties go to more pixels, then more bytes, then the older file, then the shorter path,
/// then the smaller id, so that the same gallery always gives the same proposal.
/// </summary>
public sealed class KeepPolicy : IComparer<GalleryItem>
{
    private readonly Comparison<GalleryItem> _first;
    private readonly Func<GalleryItem, string> _reason;

    private KeepPolicy(string name, Comparison<GalleryItem> first, Func<GalleryItem, string> reason)
    {
        Name = name;
        _first = first;
        _reason = reason;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public string Name { get; }

    public static KeepPolicy Largest { get; } = new(
        "largest",
        (a, b) => Pixels(b).CompareTo(Pixels(a)) is not 0 and var pixels ? pixels : b.Size.CompareTo(a.Size),
        item => string.Create(CultureInfo.InvariantCulture, $"the most pixels ({item.Width} × {item.Height})"));

    /// <summary>By EXIF time of exposure, else the file's time; equal exposures by the file's time.</summary>
    public static KeepPolicy Oldest { get; } = new(
        "oldest",
        ByDate,
        item => $"the oldest ({Day(item)})");

    public static KeepPolicy Newest { get; } = new(
        "newest",
        (a, b) => ByDate(b, a),
        item => $"the newest ({Day(item)})");

    /// <summary>A picture whose path matches, in the rules of the filter's <c>path:</c>; else the largest.</summary>
    public static KeepPolicy Path(string glob)
    {
        var pattern = Glob.OfPath(glob);
        return new KeepPolicy(
            $"path:{glob}",
            (a, b) => pattern.MatchesPath(b.Path).CompareTo(pattern.MatchesPath(a.Path)),
            item => pattern.MatchesPath(item.Path) ? $"its path matches {glob}" : Largest._reason(item));
    }

    /// <summary>Reads <c>largest</c>, <c>oldest</c>, <c>newest</c> or <c>path:GLOB</c>.</summary>
    public static KeepPolicy Parse(string text) => text switch
    {
        "largest" => Largest,
        "oldest" => Oldest,
        "newest" => Newest,
        _ when text.StartsWith("path:", StringComparison.Ordinal) && text.Length > 5 => Path(text[5..]),
        _ => throw new GalleryException($"\"{text}\" is no keep policy; write largest, oldest, newest or path:GLOB, for instance path:**/originals/**."),
    };

    /// <summary>Negative when <paramref name="x"/> is rather to be kept.</summary>
    public int Compare(GalleryItem? x, GalleryItem? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (_first(x, y) is not 0 and var first)
            return first;
        if (Largest._first(x, y) is not 0 and var size)
            return size;
        if (x.Modified.CompareTo(y.Modified) is not 0 and var modified)
            return modified;
        if (x.Path.Length.CompareTo(y.Path.Length) is not 0 and var length)
            return length;
        return x.Id.CompareTo(y.Id);
    }

    /// <summary>Why <paramref name="kept"/> was chosen over <paramref name="others"/>; says so when the policy had no preference.</summary>
    internal string Reason(GalleryItem kept, IEnumerable<GalleryItem> others)
    {
        var rivals = others.Where(other => _first(kept, other) == 0).ToArray();
        if (rivals.Length == 0)
            return ReferenceEquals(this, Largest) ? LargestReason(kept, others) : _reason(kept);
        if (rivals.Any(other => Largest._first(kept, other) == 0))
            return rivals.Any(other => other.Modified == kept.Modified) ? "all else equal, the shortest path" : "all else equal, the oldest file";
        return LargestReason(kept, rivals);
    }

    private static string LargestReason(GalleryItem kept, IEnumerable<GalleryItem> others) =>
        others.Any(other => Pixels(other) == Pixels(kept)) ? "as many pixels as any, and the most bytes" : Largest._reason(kept);

    private static long Pixels(GalleryItem item) => (long)item.Width * item.Height;

    private static int ByDate(GalleryItem a, GalleryItem b) =>
        FilterFields.DateOf(a).CompareTo(FilterFields.DateOf(b)) is not 0 and var date ? date : a.Modified.CompareTo(b.Modified);

    private static string Day(GalleryItem item) => FilterFields.DateOf(item).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
