using System.Globalization;
using Semblance.Imaging;
using Xunit;

namespace Semblance.Tests;

public sealed class FilterTests
{
    private static readonly GalleryItem s_item = Items.Make(
        1,
        "/home/anna/Pictures/2020 Summer/cat/IMG_0042 (1).jpg",
        size: 2_500_000,
        format: "jpeg",
        width: 4000,
        height: 3000,
        taken: new DateTime(2020, 5, 17, 23, 59, 59),
        camera: "Canon EOS 5D Mark IV");

    private static readonly string[] s_tags = ["holiday", "Lake Como"];

    private static bool Matches(string filter) => Filter.Parse(filter).Matches(s_item, s_tags);

    [Theory]
    [InlineData("", true)]
    [InlineData("   ", true)]
    [InlineData("label:cat", true)]
    [InlineData("label:CAT", true)]
    [InlineData("label:ca", false)]
    [InlineData("label:c?t", true)]
    [InlineData("label:dog|cat", true)]
    [InlineData("label:dog|bird", false)]
    [InlineData("-label:cat", false)]
    [InlineData("NOT label:dog", true)]
    [InlineData("--label:cat", true)]
    [InlineData("tag:holiday", true)]
    [InlineData("tag:holi", false)]
    [InlineData("tag:holi*", true)]
    [InlineData("-tag:private", true)]
    [InlineData("-tag:*", false)]
    [InlineData("tag:\"lake como\"", true)]
    [InlineData("name:IMG_*", true)]
    [InlineData("name:\"IMG_0042 (1)\"", true)]
    [InlineData("name:\"img_0042 (1).jpg\"", true)]
    [InlineData("name:IMG_0042", false)]
    [InlineData("0042", true)]
    [InlineData("como", true)]
    [InlineData("como*", false)]
    [InlineData("*como", true)]
    [InlineData("cat", false)]
    [InlineData("\"(1)\"", true)]
    [InlineData("path:**/cat/**", true)]
    [InlineData("path:cat/*", true)]
    [InlineData("path:cat", true)]
    [InlineData("path:ca", false)]
    [InlineData("path:\"2020 Summer\"/*", false)]
    [InlineData("path:\"2020 Summer\"/**", true)]
    [InlineData("path:\"2020 Summer/*/*.jpg\"", true)]
    [InlineData("path:\"20* summer\"", false)]
    [InlineData("path:\"20* summer/cat\"", true)]
    [InlineData("path:\"20* summer/ca\"", false)]
    [InlineData("path:an?a/pictures/", true)]
    [InlineData("path:\"20* summer/*\"", false)]
    [InlineData("path:/home/anna", true)]
    [InlineData("path:/home/ann", false)]
    [InlineData("path:/anna", false)]
    [InlineData("path:/**/*.jpg", true)]
    [InlineData("path:Pictures\\**\\cat", true)]
    [InlineData("path:Pictures\\**\\*.jpg", true)]
    [InlineData("-path:**/cache/**", true)]
    [InlineData("date:2020", true)]
    [InlineData("date:2020-05", true)]
    [InlineData("date:2020-05-17", true)]
    [InlineData("date:2020-05-18", false)]
    [InlineData("date:2019..2020", true)]
    [InlineData("date:2020-06..", false)]
    [InlineData("date:..2020-05", true)]
    [InlineData("date:>2020", false)]
    [InlineData("date:>=2020", true)]
    [InlineData("date:<2020-05-17", false)]
    [InlineData("date:<=2020-05-17", true)]
    [InlineData("date:>2019", true)]
    [InlineData("date:..9999", true)]
    [InlineData("size:>2MB", true)]
    [InlineData("size:>2.5MB", false)]
    [InlineData("size:>=2.5mb", true)]
    [InlineData("size:2500000", true)]
    [InlineData("size:=2500000b", true)]
    [InlineData("size:100KB..2MB", false)]
    [InlineData("size:100KB..3MB", true)]
    [InlineData("size:<2MiB", false)]
    [InlineData("size:<3MiB", true)]
    [InlineData("size:<1KB|>1MB", true)]
    [InlineData("width:>=1000", true)]
    [InlineData("width:4000", true)]
    [InlineData("width:>4000", false)]
    [InlineData("height:..2999", false)]
    [InlineData("mp:12", true)]
    [InlineData("mp:12.0", true)]
    [InlineData("mp:11.9", false)]
    [InlineData("mp:3..6", false)]
    [InlineData("mp:>=12", true)]
    [InlineData("mp:12.000000", true)]
    [InlineData("orientation:landscape", true)]
    [InlineData("orientation:portrait|square", false)]
    [InlineData("orientation:panorama", false)]
    [InlineData("camera:canon", true)]
    [InlineData("camera:\"Canon EOS\"", true)]
    [InlineData("camera:EOS*", false)]
    [InlineData("camera:*EOS*", true)]
    [InlineData("format:jpg", true)]
    [InlineData("format:jp*", true)]
    [InlineData("format:png", false)]
    [InlineData("label:dog OR tag:holiday", true)]
    [InlineData("label:dog OR tag:holiday size:<1KB", false)]
    [InlineData("(label:dog OR tag:holiday) size:>1KB", true)]
    [InlineData("-(label:dog OR tag:holiday)", false)]
    [InlineData("label:cat AND tag:holiday", true)]
    [InlineData("label:cat AND -tag:holiday", false)]
    [InlineData("LABEL:cat", true)]
    public void Means_what_the_guide_says(string filter, bool expected) => Assert.Equal(expected, Matches(filter));

    [Theory]
    [InlineData("label:", 6, "", "a value")]
    [InlineData("label:cat colour:red", 10, "colour:", "a field")]
    [InlineData("size:>2XB", 6, "2XB", "a size")]
    [InlineData("size:1MB..two", 10, "two", "a size")]
    [InlineData("size:..", 5, "..", "a size")]
    [InlineData("size:2MB..1MB", 5, "2MB..1MB", "a range whose start")]
    [InlineData("date:2020-13", 5, "2020-13", "a date")]
    [InlineData("date:20", 5, "20", "a date")]
    [InlineData("width:-5", 6, "-5", "a number of pixels")]
    [InlineData("mp:>x", 4, "x", "megapixels")]
    [InlineData("orientation:up", 12, "up", "portrait")]
    [InlineData("camera:\"Canon", 7, "\"Canon", "a closing quotation mark")]
    [InlineData("(label:cat", 10, "", "a closing parenthesis")]
    [InlineData("label:cat )", 10, ")", "a term")]
    [InlineData("label:cat OR", 12, "", "a term")]
    [InlineData("OR label:cat", 0, "OR", "a term")]
    [InlineData("- label:cat", 2, "label:cat", "a term right after")]
    [InlineData("label:cat|tag:dog", 10, "tag:", "a value")]
    [InlineData("label:cat|", 10, "", "a value")]
    [InlineData("label:\"\"", 6, "\"\"", "a value")]
    [InlineData("C:\\photos", 0, "c:", "a field")]
    public void Says_where_a_mistake_is(string filter, int position, string offending, string expected)
    {
        var error = Assert.Throws<FilterException>(() => Filter.Parse(filter));
        Assert.Equal(position, error.Position);
        Assert.Equal(offending, error.Offending);
        Assert.StartsWith(expected, error.Expected, StringComparison.Ordinal);
        Assert.Contains($"column {position + 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_nesting_that_would_end_the_stack() =>
        Assert.Throws<FilterException>(() => Filter.Parse(new string('(', 100_000) + "label:cat"));

    [Theory]
    [InlineData("lens:24-105", true)]
    [InlineData("lens:rf*usm", true)]
    [InlineData("lens:rf*is", false)]
    [InlineData("description:\"lake at\"", true)]
    [InlineData("iso:800", true)]
    [InlineData("iso:100..800", true)]
    [InlineData("iso:>800", false)]
    [InlineData("iso:..799|>=800", true)]
    [InlineData("rating:4", true)]
    [InlineData("rating:3..5", true)]
    [InlineData("rating:>=3", true)]
    [InlineData("rating:>4", false)]
    [InlineData("rating:-1..3", false)]
    [InlineData("gps:yes", true)]
    [InlineData("gps:no", false)]
    [InlineData("gps:45,9..46,9.5", true)]
    [InlineData("gps:45,9.5..46,10", false)]
    [InlineData("gps:45,9.5..46,9.2", false)]
    [InlineData("gps:45,9.5..46,9.3", true)]
    [InlineData("near:45.9871,9.2614,0.1km", true)]
    [InlineData("near:45.9871,9.2614,50m", true)]
    [InlineData("near:45.46,9.19,50km", false)]
    [InlineData("near:45.46,9.19,59", true)]
    [InlineData("near:45.46,9.19,37mi", true)]
    [InlineData("-near:45.46,9.19,100km", false)]
    public void Terms_over_what_the_camera_and_programs_wrote(string filter, bool expected)
    {
        // Milan's centre is 58.7 km away.
        var photo = new PhotoFacts { Lens = "RF24-105mm F4 L IS USM", Iso = 800, Rating = 4, Location = new GeoPoint(45.9871, 9.2614), Description = "The Lake at noon" };
        Assert.Equal(expected, Filter.Parse(filter).Matches(Items.Make(1, photo: photo), []));
    }

    [Theory]
    [InlineData("iso:..100000", false)]
    [InlineData("lens:*", false)]
    [InlineData("description:*", false)]
    [InlineData("gps:no", true)]
    [InlineData("near:0,0,30000km", false)]
    [InlineData("rating:0", true)]
    [InlineData("rating:<3", true)]
    [InlineData("rating:1..5", false)]
    public void What_is_not_known_passes_nothing_and_no_rating_is_no_stars(string filter, bool expected) =>
        Assert.Equal(expected, Filter.Parse(filter).Matches(Items.Make(1), []));

    [Theory]
    [InlineData("iso:fast", 4, "ISO")]
    [InlineData("iso:100..many", 9, "ISO")]
    [InlineData("rating:6", 7, "5 stars")]
    [InlineData("rating:3.5", 7, "5 stars")]
    [InlineData("gps:48.86,2.35", 4, "near:")]
    [InlineData("gps:50,1..40,2", 4, "southern")]
    [InlineData("gps:91,0..92,1", 4, "box")]
    [InlineData("near:48.86,2.35", 5, "distance")]
    [InlineData("near:48.86,2.35,5miles", 5, "km")]
    [InlineData("near:NaN,2.35,5km", 5, "latitude")]
    public void Errors_say_where_and_which_form_is_meant(string filter, int position, string form)
    {
        var error = Assert.Throws<FilterException>(() => Filter.Parse(filter));
        Assert.Equal(position, error.Position);
        Assert.Contains(form, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Falls_back_to_the_time_of_the_file()
    {
        var item = Items.Make(1, modified: new DateTime(2018, 3, 3, 12, 0, 0, DateTimeKind.Utc));
        Assert.True(Filter.Parse("date:2018-03").Matches(item, []));
        Assert.False(Filter.Parse("date:2018-03").Matches(item with { Photo = item.Photo with { Taken = new DateTime(2017, 3, 3) } }, []));
    }

    [Theory]
    [InlineData("label:cat size:>1MB", false)]
    [InlineData("label:cat -tag:x", true)]
    [InlineData("word", true)]
    [InlineData("label:a OR (date:2020 -tag:x)", true)]
    public void Knows_whether_it_looks_at_tags(string filter, bool needsTags) => Assert.Equal(needsTags, Filter.Parse(filter).NeedsTags);

    [Fact]
    public void A_pattern_full_of_wildcards_does_not_stall()
    {
        var item = Items.Make(1, "/" + new string('a', 5000) + ".jpg");
        Assert.False(Filter.Parse("name:" + string.Concat(Enumerable.Repeat("*a", 40)) + "b").Matches(item, []));
    }

    /// <summary>Random filters are made together with a naive evaluator of their own, and must agree on random items.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_a_naive_evaluator(int seed)
    {
        var random = new Random(seed);
        var items = Enumerable.Range(0, 60).Select(i => (Item: RandomItem(random, i), Tags: RandomTags(random))).ToArray();
        var matched = 0;
        for (var round = 0; round < 400; round++)
        {
            var (text, naive) = RandomExpression(random, depth: 3);
            var filter = Filter.Parse(text);
            foreach (var (item, tags) in items)
            {
                var expected = naive(item, tags);
                matched += expected ? 1 : 0;
                Assert.True(expected == filter.Matches(item, tags), $"{text} on {item} [{string.Join(',', tags)}] should be {expected}");
            }
        }
        Assert.InRange(matched, 2000, 22000);
    }

    private static readonly string[] s_words = ["cat", "Dog", "ant", "sea lion", "x"];

    private static GalleryItem RandomItem(Random random, int id) => Items.Make(
        id,
        $"/{Pick(random, s_words)}/{Pick(random, s_words)}/{Pick(random, s_words)}{random.Next(3)}.png",
        size: random.Next(5000),
        format: Pick(random, ["jpeg", "png"]),
        width: random.Next(1, 5) * 500,
        height: random.Next(1, 5) * 500,
        taken: new DateTime(2018, 1, 1).AddDays(random.Next(1000)),
        camera: random.Next(3) == 0 ? null : Pick(random, ["Canon EOS", "Nikon D5"]));

    private static string[] RandomTags(Random random) => [.. s_words.Where(_ => random.Next(4) == 0)];

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    private static (string Text, Func<GalleryItem, string[], bool> Naive) RandomExpression(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0)
            return RandomTerm(random);
        var (a, naiveA) = RandomExpression(random, depth - 1);
        var (b, naiveB) = RandomExpression(random, depth - 1);
        return random.Next(4) switch
        {
            0 => ($"({a}) ({b})", (i, t) => naiveA(i, t) && naiveB(i, t)),
            1 => ($"({a}) OR {b}", (i, t) => naiveA(i, t) || naiveB(i, t)),
            2 => ($"-({a})", (i, t) => !naiveA(i, t)),
            _ => ($"NOT ({a}) AND ({b})", (i, t) => !naiveA(i, t) && naiveB(i, t)),
        };
    }

    private static (string Text, Func<GalleryItem, string[], bool> Naive) RandomTerm(Random random)
    {
        var number = random.Next(5000);
        var other = number + random.Next(2000);
        var glob = RandomGlob(random);
        var day = new DateTime(2018, 1, 1).AddDays(random.Next(1000));
        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return random.Next(12) switch
        {
            0 => ($"label:\"{glob}\"", (i, _) => NaiveGlob(glob, i.Label)),
            1 => ($"tag:\"{glob}\"", (_, t) => t.Any(tag => NaiveGlob(glob, tag))),
            2 => ($"size:{number}..{other}", (i, _) => i.Size >= number && i.Size <= other),
            3 => ($"size:<{number}|>{other}", (i, _) => i.Size < number || i.Size > other),
            4 => ($"width:>={number}", (i, _) => i.Width >= number),
            5 => ($"height:..{number}", (i, _) => i.Height <= number),
            6 => ($"date:{date}..", (i, _) => i.Taken >= day),
            7 => ($"date:{day:yyyy-MM}", (i, _) => i.Taken!.Value.Year == day.Year && i.Taken.Value.Month == day.Month),
            8 => ("orientation:portrait|square", (i, _) => i.Height >= i.Width),
            9 => ("camera:eos", (i, _) => i.Camera is not null && i.Camera.Contains("EOS")),
            10 => ("path:cat|dog", (i, _) => i.Path.Split('/').Any(part => part is "cat" or "Dog")),
            _ => ("-format:jpg", (i, _) => i.Format != "jpeg"),
        };
    }

    private static string RandomGlob(Random random)
    {
        var word = Pick(random, s_words).ToCharArray();
        var glob = string.Concat(word.Select(c => random.Next(5) switch { 0 => "?", 1 => "*", _ => c.ToString() }));
        return random.Next(3) == 0 ? glob.ToUpperInvariant() : glob;
    }

    private static bool NaiveGlob(string glob, string text) => (glob, text) switch
    {
        ("", "") => true,
        ("", _) => false,
        _ when glob[0] == '*' => NaiveGlob(glob[1..], text) || (text.Length > 0 && NaiveGlob(glob, text[1..])),
        (_, "") => false,
        _ => (glob[0] == '?' || char.ToLowerInvariant(glob[0]) == char.ToLowerInvariant(text[0])) && NaiveGlob(glob[1..], text[1..]),
    };
}
