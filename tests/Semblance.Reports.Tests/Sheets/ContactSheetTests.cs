using System.Text.RegularExpressions;
using Semblance.Imaging;
using Semblance.Reports.Sheets;
using Semblance.Testing;
using Semblance.Tests;
using Xunit;

namespace Semblance.Reports.Tests.Sheets;

public sealed class ContactSheetTests
{
    private static string Write(SheetPage page)
    {
        using var writer = new StringWriter();
        ContactSheet.Write(page, writer);
        return writer.ToString();
    }

    private static string Save(TemporaryFolder folder, string name, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i * 7);
        var path = folder[name];
        File.WriteAllBytes(path, PictureEncoder.Encode(new Picture(width, height, pixels, new PictureFacts("png", width, height)), PictureFormat.Png));
        return path;
    }

    private static SearchHit Hit(int rank, string path, float score, ScoreWord word) => new(rank, rank, path, score, 1 - score, word, Items.Make(rank, path));

    [Fact]
    public void Everything_from_outside_is_escaped()
    {
        const string Evil = "<script>alert(\"1\")</script>&'";
        var html = Write(new SheetPage
        {
            Title = Evil,
            Lead = Evil,
            Figures = [new SheetFigure(Evil, Evil, Evil)],
            Sections =
            [
                new SheetSection
                {
                    Heading = Evil,
                    Text = Evil,
                    Queries = [new SheetPicture { Location = "/tmp/" + Evil, MarkText = Evil }],
                    Pictures = [new SheetPicture { Location = "/tmp/" + Evil, Caption = Evil, Detail = Evil, MarkText = Evil }],
                },
                new SheetSection { Empty = Evil },
            ],
            Notes = [new SheetNote(Evil, Evil, Evil)],
        });
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("alert(\"", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Thumbnails_are_embedded_small_and_whole_and_nothing_else_is_loaded()
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder, "wide one.png", 900, 300);
        var html = Write(ContactSheet.OfSearch("wide", [], [Hit(1, path, 0.9712f, ScoreWord.NearDuplicate)]));
        var data = Regex.Match(html, "src=\"data:image/webp;base64,([^\"]+)\"").Groups[1].Value;
        var thumbnail = PictureDecoder.Shared.Decode(Convert.FromBase64String(data)).Picture!;
        Assert.Equal((200, 67), (thumbnail.Width, thumbnail.Height));
        Assert.Contains("alt=\"wide one.png\"", html, StringComparison.Ordinal);
        Assert.Contains("/wide%20one.png\"", html, StringComparison.Ordinal);
        Assert.Contains("<b>0.97</b>", html, StringComparison.Ordinal);
        Assert.Contains(">near-duplicate</span>", html, StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(html, " src="));
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_name_cannot_become_another_kind_of_link()
    {
        var html = Write(ContactSheet.OfSearch("x", [], [Hit(1, "javascript:alert(1)", 1, ScoreWord.Weak), Hit(2, "/a/b#c?d%20.jpg", 1, ScoreWord.Weak)]));
        Assert.DoesNotContain("href=\"javascript", html, StringComparison.Ordinal);
        Assert.Contains("file:///a/b%23c%3Fd%2520.jpg", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_unreadable_pictures_keep_their_place_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.jpg"], "no picture at all");
        var html = Write(ContactSheet.OfSearch("x", [], [Hit(1, folder["gone.jpg"], 0.5f, ScoreWord.Weak), Hit(2, folder["text.jpg"], 0.4f, ScoreWord.Weak)]));
        Assert.Contains("the file is missing", html, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(html, "class=\"gone\""));
        Assert.Equal(2, Regex.Count(html, "<li>"));
    }

    [Fact]
    public void An_empty_answer_says_so() =>
        Assert.Contains(">Nothing relevant</p>", Write(ContactSheet.OfSearch("x", [], [])), StringComparison.Ordinal);

    [Fact]
    public void The_crop_box_lies_where_it_was_drawn()
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder, "q.png", 400, 200);
        var html = Write(ContactSheet.OfSearch("x", [new SheetPicture { Location = path, Box = new PictureBox(100, 50, 200, 100) }], []));
        Assert.Contains("left:25%;top:25%;width:50%;height:50%", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicates_show_the_kept_one_first_with_its_reason()
    {
        var group = new DuplicateGroup(
            Items.Make(1, "/p/large.jpg", size: 3_000_000, width: 4000, height: 3000),
            "the most pixels (4000 × 3000)",
            [new DuplicateMember(Items.Make(2, "/p/small.jpg", size: 250_000), 3, "pHash 3 and dHash 1 of 64 bits apart")]);
        var html = Write(ContactSheet.OfDuplicates("Duplicates", [group], DuplicateMethod.Exact));
        Assert.True(html.IndexOf(">p/<wbr>large.jpg<", StringComparison.Ordinal) < html.IndexOf(">p/<wbr>small.jpg<", StringComparison.Ordinal));
        Assert.Contains("★ keep</span>", html, StringComparison.Ordinal);
        Assert.Contains("the most pixels (4000 &#215; 3000) &#183; 4000", html, StringComparison.Ordinal);
        Assert.Contains("pHash 3 and dHash 1 of 64 bits apart", html, StringComparison.Ordinal);
        Assert.Contains(">1 copy, 250 KB<", html, StringComparison.Ordinal);
        Assert.Contains("No duplicates", Write(ContactSheet.OfDuplicates("Duplicates", [], DuplicateMethod.Near)), StringComparison.Ordinal);
    }

    [Fact]
    public void Right_and_wrong_are_told_in_words()
    {
        var html = Write(new SheetPage
        {
            Title = "Demo",
            Sections = [new SheetSection { Pictures = [new SheetPicture { Location = "/a.jpg", Mark = SheetMark.Right }, new SheetPicture { Location = "/b.jpg", Mark = SheetMark.Wrong, MarkText = "expected: cat" }] }],
        });
        Assert.Contains("✓ right", html, StringComparison.Ordinal);
        Assert.Contains("✗ expected: cat", html, StringComparison.Ordinal);
    }
}
