using Semblance.Filtering;

namespace Semblance;

/// <summary>
/// A condition on pictures, as <c>--where</c> and <see cref="Query.Where"/> write it. Terms side by side must all hold:
/// <c>label:cat -path:**/cache/** date:2020..2021</c>.
/// </summary>
/// <remarks>
/// <code>
/// expression = all { OR all }            all  = { [AND] unary }
/// unary      = [ - | NOT ] ( "(" expression ")" | term )
/// term       = [ field ":" ] value { "|" value }      quotes keep spaces: camera:"Canon EOS"
/// </code>
/// <list type="table">
/// <item><term><c>label:</c> <c>tag:</c> <c>format:</c></term><description>the whole folder name, a whole tag, the format by content; <c>-tag:*</c> finds pictures without a tag</description></item>
/// <item><term><c>name:</c></term><description>the whole file name, with or without its extension</description></item>
/// <item><term><c>path:</c></term><description>from any folder on, or from the root with a leading slash; <c>*</c> stays inside a folder and <c>**</c> does not; when the last name has no wildcard, a folder of that name is meant with all that is in it</description></item>
/// <item><term><c>camera:</c> <c>lens:</c> <c>description:</c></term><description>a part of make and model, of the lens's model, of the caption; with a wildcard, the whole</description></item>
/// <item><term><c>date:</c></term><description>2020, 2020-05 or 2020-05-17: <see cref="GalleryItem.Taken"/>, else the file's time on this machine's clock</description></item>
/// <item><term><c>iso:</c> <c>rating:</c></term><description>sensitivity; stars, -1 for rejected, 0 for none</description></item>
/// <item><term><c>gps:</c></term><description>yes, no, or a box <c>south,west..north,east</c> in degrees</description></item>
/// <item><term><c>near:</c></term><description><c>latitude,longitude,distance</c> with km, m or mi</description></item>
/// <item><term><c>size:</c></term><description>bytes, or KB MB GB (thousands) and KiB MiB GiB</description></item>
/// <item><term><c>width:</c> <c>height:</c> <c>mp:</c></term><description>pixels of the upright picture; megapixels, where <c>mp:12</c> means "rounds to 12"</description></item>
/// <item><term><c>orientation:</c></term><description>portrait, landscape, square, panorama (twice as wide as high, or more; also landscape)</description></item>
/// <item><term>a bare word</term><description>a part of the file name or of a tag; with a wildcard, the whole</description></item>
/// </list>
/// Numbers and dates take <c>&gt; &gt;= &lt; &lt;= =</c> and ranges <c>a..b</c>, <c>a..</c>, <c>..b</c>, both ends included.
/// Wildcards are <c>* ? **</c>; upper and lower case are alike. Immutable and thread-safe.
/// </remarks>
public sealed class Filter
{
    private Filter(string text, FilterNode root)
    {
        Text = text;
        Root = root;
        NeedsTags = root.NeedsTags;
    }

    public string Text { get; }

    /// <summary>The filter as data; equal for texts that mean the same in the same order.</summary>
    internal FilterNode Root { get; }

    /// <summary>False when <see cref="Matches"/> never looks at tags, so that the caller need not load them.</summary>
    public bool NeedsTags { get; }

    /// <summary>Empty text passes every picture.</summary>
    /// <exception cref="FilterException">The text is not in the grammar.</exception>
    public static Filter Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Filter(text, new FilterParser(text).Parse());
    }

    public bool Matches(GalleryItem item, IReadOnlyList<string> tags) => Root.Matches(item, tags);

    public override string ToString() => Text;
}
