using System.Globalization;
using System.Net;
using Semblance.Imaging;
using Semblance.Reports.Pages;

namespace Semblance.Reports.Sheets;

/// <summary>
/// Writes a <see cref="SheetPage"/> as one HTML file that needs nothing else: thumbnails of at most 200 pixels are embedded, there is no
/// script, and the page's own policy forbids it to load anything. A picture that cannot be read keeps its place with the reason in it.
/// </summary>
/// <remarks>Sections are made and written one after another, so memory holds the thumbnails of one section.</remarks>
internal static class ContactSheet
{
    private const int MostGroups = 500;

    // Drawings smaller than this are shown enlarged, or they would be lost on their card.
    private const int SmallestShown = 132;

    public static void Write(SheetPage page, TextWriter writer, CancellationToken cancellationToken = default)
    {
        PageFrame.WriteHead(writer, page.Title, SheetStyle.Css, imageSource: "data:");
        writer.WriteLine($"<header>\n<h1>{Escape(page.Title)}</h1>");
        WriteElement(writer, "p", "lead", page.Lead);
        if (page.Figures.Count > 0)
        {
            writer.WriteLine("<dl class=\"figures\">");
            foreach (var figure in page.Figures)
            {
                writer.Write($"<div><dt>{Escape(figure.Label)}</dt><dd class=\"value\">{Escape(figure.Value)}</dd>");
                if (figure.Detail is not null)
                    writer.Write($"<dd class=\"detail\">{Escape(figure.Detail)}</dd>");
                writer.WriteLine("</div>");
            }
            writer.WriteLine("</dl>");
        }
        writer.WriteLine("</header>\n<main>");
        foreach (var section in page.Sections)
            WriteSection(writer, section, cancellationToken);
        if (page.Notes.Count > 0)
        {
            writer.WriteLine("<div class=\"notes\">");
            foreach (var note in page.Notes)
            {
                writer.WriteLine("<div>");
                WriteElement(writer, "h2", null, note.Heading);
                WriteElement(writer, "p", null, note.Text);
                if (note.Code is not null)
                    writer.WriteLine($"<pre><code>{Escape(note.Code)}</code></pre>");
                writer.WriteLine("</div>");
            }
            writer.WriteLine("</div>");
        }
        writer.WriteLine("</main>\n<footer>Made by Semblance on this machine; nothing was uploaded. Pictures link to the original files.</footer>\n</body>\n</html>");
    }

    /// <summary>The answer to a query, its pictures on top.</summary>
    /// <param name="title">What was asked, as the person wrote it.</param>
    public static SheetPage OfSearch(string title, IReadOnlyList<SheetPicture> queries, IReadOnlyList<SearchHit> hits, string? lead = null) => new()
    {
        Title = title,
        Lead = lead ?? (hits.Count == 0 ? null : $"{Count(hits.Count, "picture")}, the most similar first."),
        Sections =
        [
            new SheetSection
            {
                Queries = queries,
                Pictures = [.. hits.Select(hit => new SheetPicture { Location = hit.Path, Rank = hit.Rank, Score = hit.Score, Word = hit.Word })],
            },
        ],
    };

    /// <summary>Groups of duplicates side by side, the kept picture first and marked with the reason. At most 500 groups are shown, the largest savings first.</summary>
    public static SheetPage OfDuplicates(string title, IReadOnlyList<DuplicateGroup> groups, DuplicateMethod method)
    {
        var shown = groups.OrderByDescending(group => group.ReclaimableBytes).ThenBy(group => group.Keep.Id).Take(MostGroups).ToArray();
        var copies = groups.Sum(group => group.Others.Count);
        return new SheetPage
        {
            Title = title,
            Lead = groups.Count == 0 ? null
                : Meaning(method) + " The one to keep is marked, with the reason; nothing has been changed."
                    + (shown.Length < groups.Count ? $" The {shown.Length} groups with most to save are shown." : ""),
            Figures = groups.Count == 0 ? [] :
            [
                new SheetFigure(Number(groups.Count), groups.Count == 1 ? "group" : "groups"),
                new SheetFigure(Number(copies), copies == 1 ? "copy" : "copies"),
                new SheetFigure(Bytes(groups.Sum(group => group.ReclaimableBytes)), "could be saved"),
            ],
            Sections = groups.Count == 0 ? [new SheetSection { Empty = "No duplicates" }] :
            [
                .. shown.Select((group, i) => new SheetSection
                {
                    Heading = $"Group {Number(i + 1)}",
                    Text = $"{Count(group.Others.Count, "copy", "copies")}, {Bytes(group.ReclaimableBytes)}",
                    Pictures =
                    [
                        new SheetPicture { Location = group.Keep.Path, Caption = FolderAndName(group.Keep), Mark = SheetMark.Kept, Detail = $"{group.Reason} · {Facts(group.Keep)}" },
                        .. group.Others.Select(other => new SheetPicture { Location = other.Item.Path, Caption = FolderAndName(other.Item), Detail = $"{Facts(other.Item)} · {other.Why}" }),
                    ],
                }),
            ],
        };
    }

    private static void WriteSection(TextWriter writer, SheetSection section, CancellationToken cancellationToken)
    {
        SheetPicture[] all = [.. section.Queries, .. section.Pictures];
        var thumbnails = new Thumbnail[all.Length];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, all.Length, parallel, i => thumbnails[i] = Thumbnail.Make(all[i]));
        writer.WriteLine("<section>");
        WriteElement(writer, "h2", null, section.Heading);
        WriteElement(writer, "p", "text", section.Text);
        writer.WriteLine(section.Queries.Count switch { 0 => "<div class=\"band\">", 1 => "<div class=\"band asked\">", _ => "<div class=\"band several\">" });
        if (section.Queries.Count > 0)
        {
            writer.WriteLine("<div class=\"queries\">");
            for (var i = 0; i < section.Queries.Count; i++)
                WriteCard(writer, "div", section.Queries[i], thumbnails[i], isQuery: true);
            writer.WriteLine("</div>");
        }
        if (section.Pictures.Count == 0)
        {
            WriteElement(writer, "p", "empty", section.Empty);
        }
        else
        {
            writer.WriteLine("<ol class=\"grid\">");
            for (var i = 0; i < section.Pictures.Count; i++)
                WriteCard(writer, "li", section.Pictures[i], thumbnails[section.Queries.Count + i], isQuery: false);
            writer.WriteLine("</ol>");
        }
        writer.WriteLine("</div>\n</section>");
    }

    private static void WriteCard(TextWriter writer, string element, SheetPicture picture, Thumbnail thumbnail, bool isQuery)
    {
        var name = picture.Caption ?? (picture.Location is { } location ? Path.GetFileName(location.TrimEnd('/')) : "picture");
        var detail = picture.Detail ?? (IsWeb(picture.Location) || picture.Location is null ? null : Path.GetFileName(Path.GetDirectoryName(picture.Location)));
        var css = isQuery ? "card query" : picture.Mark == SheetMark.None ? "card" : $"card {picture.Mark.ToString().ToLowerInvariant()}";
        var tag = Href(picture.Location) is { } href ? $"a class=\"well\" href=\"{Escape(href)}\" title=\"{Escape(picture.Location)}\"" : "span class=\"well\"";
        writer.Write($"<{element}><figure class=\"{css}\"><{tag}>");
        if (thumbnail.DataUri is null)
        {
            writer.Write($"<span class=\"gone\"><b aria-hidden=\"true\">⚠</b>{Escape(thumbnail.Problem)}</span>");
        }
        else
        {
            var scale = Math.Max(1, (double)SmallestShown / Math.Max(thumbnail.Width, thumbnail.Height));
            var (width, height) = ((int)(thumbnail.Width * scale), (int)(thumbnail.Height * scale));
            // Wells are square: a portrait picture may be only so wide that its height fits.
            var widest = Math.Min(100, 100.0 * thumbnail.Width / thumbnail.Height);
            writer.Write(string.Create(CultureInfo.InvariantCulture,
                $"<span class=\"shot\" style=\"width:min({width}px,{widest:0.##}%);aspect-ratio:{thumbnail.Width}/{thumbnail.Height}\"><img src=\"{thumbnail.DataUri}\" width=\"{width}\" height=\"{height}\" alt=\"{Escape(name)}\" loading=\"lazy\">"));
            if (picture.Box?.Within(thumbnail.OriginalWidth, thumbnail.OriginalHeight) is { } box)
                WriteBox(writer, box, thumbnail);
            writer.Write("</span>");
        }
        if (picture.Rank is { } rank)
            writer.Write($"<span class=\"rank\" aria-label=\"rank {rank}\">{rank}</span>");
        writer.Write($"</{tag[..tag.IndexOf(' ')]}><figcaption>");
        if (MarkText(picture, isQuery) is { } mark)
            writer.Write($"<span class=\"mark\">{Escape(mark)}</span>");
        writer.Write($"<span class=\"name\">{Escape(name).Replace("/", "/<wbr>", StringComparison.Ordinal)}</span>");
        if (!string.IsNullOrEmpty(detail))
            writer.Write($"<span class=\"where\">{Escape(detail)}</span>");
        if (picture.Score is { } score)
            WriteScore(writer, score, picture.Word);
        writer.WriteLine($"</figcaption></figure></{element}>");
    }

    private static void WriteBox(TextWriter writer, PictureBox box, Thumbnail thumbnail)
    {
        var (x, y) = (100.0 / thumbnail.OriginalWidth, 100.0 / thumbnail.OriginalHeight);
        writer.Write(string.Create(CultureInfo.InvariantCulture,
            $"<span class=\"box\" style=\"left:{box.X * x:0.##}%;top:{box.Y * y:0.##}%;width:{box.Width * x:0.##}%;height:{box.Height * y:0.##}%\"></span>"));
    }

    private static void WriteScore(TextWriter writer, float score, ScoreWord? word)
    {
        var text = word?.Text() ?? "";
        var css = text.Replace(' ', '-');
        writer.Write(string.Create(CultureInfo.InvariantCulture,
            $"<span class=\"score\"><b>{score:0.00}</b><span class=\"word {css}\">{text}</span></span><span class=\"bar word {css}\" aria-hidden=\"true\"><i style=\"width:{Math.Clamp(score, 0, 1) * 100:0}%\"></i></span>"));
    }

    private static string? MarkText(SheetPicture picture, bool isQuery) => picture.Mark switch
    {
        SheetMark.Right => "✓ " + (picture.MarkText ?? "right"),
        SheetMark.Wrong => "✗ " + (picture.MarkText ?? "wrong"),
        SheetMark.Kept => "★ " + (picture.MarkText ?? "keep"),
        _ => picture.MarkText ?? (isQuery ? "Query" : null),
    };

    private static void WriteElement(TextWriter writer, string element, string? css, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            writer.WriteLine(css is null ? $"<{element}>{Escape(text)}</{element}>" : $"<{element} class=\"{css}\">{Escape(text)}</{element}>");
    }

    private static bool IsWeb(string? location) =>
        location is not null
        && (location.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase));

    /// <summary>A link to a file or web page; no other scheme can come out, whatever the name.</summary>
    private static string? Href(string? location)
    {
        if (location is null || IsWeb(location))
            return location;
        var parts = Path.GetFullPath(location).Replace('\\', '/').Split('/').Select(Uri.EscapeDataString);
        return (OperatingSystem.IsWindows() ? "file:///" : "file://") + string.Join('/', parts).Replace("%3A/", ":/", StringComparison.Ordinal);
    }

    private static string Meaning(DuplicateMethod method) => method switch
    {
        DuplicateMethod.Exact => "Each group is one file and its copies, byte for byte.",
        DuplicateMethod.Near => "Each group is one picture and its copies in other sizes, qualities or formats, found by perceptual hash; colour is not compared.",
        _ => "Each group shows nearly the same to the model, which also joins shots of one burst: look before you act.",
    };

    /// <summary>Copies mostly share their file name; the folder tells them apart.</summary>
    private static string FolderAndName(GalleryItem item) => $"{item.Label}/{Path.GetFileName(item.Path)}";

    private static string Facts(GalleryItem item) => $"{item.Width} × {item.Height} · {item.Format} · {Bytes(item.Size)}";

    private static string Count(int count, string one, string? several = null) => count == 1 ? $"1 {one}" : $"{Number(count)} {several ?? one + "s"}";

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} KB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    private static string Escape(string? text) => WebUtility.HtmlEncode(text) ?? "";
}
