using Semblance.Cli.Frame;
using Semblance.Cli.Verbs;
using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class QueryGrammarTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public QueryGrammarTests()
    {
        foreach (var name in new[] { "a.jpg", "b.jpg", "c.jpg", "12", "3:d.jpg" })
            File.WriteAllText(_folder[name], "");
    }

    public void Dispose() => _folder.Dispose();

    private Query Parse(string commandLine, PictureBox? box = null) => QueryGrammar.Parse(commandLine.Split(' '), name => Path.GetFullPath(name, _folder.Path), box);

    private static string Describe(QueryInput input) => input switch
    {
        PictureInput picture => $"{Path.GetFileName(picture.Location)}*{picture.Weight}{(picture.Box is { } box ? "@" + box : "")}",
        ItemInput item => $"#{item.Id}*{item.Weight}",
        TextInput text => $"\"{text.Words}\"*{text.Weight}",
        _ => input.ToString(),
    };

    [Theory]
    [InlineData("a.jpg", "a.jpg*1")]
    [InlineData("a.jpg + b.jpg - c.jpg", "a.jpg*1 b.jpg*1 c.jpg*-1")]
    [InlineData("a.jpg b.jpg", "a.jpg*1 b.jpg*1")]
    [InlineData("+ a.jpg", "a.jpg*1")]
    [InlineData("- c.jpg + a.jpg", "c.jpg*-1 a.jpg*1")]
    [InlineData("2:a.jpg - 0.5:b.jpg", "a.jpg*2 b.jpg*-0.5")]
    [InlineData("id:7", "#7*1")]
    [InlineData("7", "#7*1")]
    [InlineData("2:id:7", "#7*2")]
    [InlineData("2:7", "#7*2")]
    [InlineData("12", "12*1")]
    [InlineData("id:12", "#12*1")]
    [InlineData("3:d.jpg", "3:d.jpg*1")]
    [InlineData("2:3:d.jpg", "3:d.jpg*2")]
    [InlineData("text:boat", "\"boat\"*1")]
    [InlineData("http://host:8/x.png", "x.png*1")]
    [InlineData("2:https://host/x.png", "x.png*2")]
    public void Reads(string commandLine, string expected) =>
        Assert.Equal(expected, string.Join(' ', Parse(commandLine).Inputs.Select(Describe)));

    [Theory]
    [InlineData("a.jpg + - b.jpg", "Two signs in a row")]
    [InlineData("a.jpg -", "stands at the end")]
    [InlineData("- a.jpg", "only what to avoid")]
    [InlineData("0:a.jpg", "a weight is above 0")]
    [InlineData("id:x", "no whole number")]
    [InlineData("text:", "No words")]
    [InlineData("C:\\a.jpg", "There is no file")]
    [InlineData("none.jpg", "There is no file")]
    public void Refuses(string commandLine, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => Parse(commandLine)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_box_belongs_to_the_first_picture()
    {
        Assert.Equal("#7*1 a.jpg*1@1,2,3,4 b.jpg*1", string.Join(' ', Parse("7 + a.jpg + b.jpg", new PictureBox(1, 2, 3, 4)).Inputs.Select(Describe)));
        Assert.Throws<UsageException>(() => Parse("7", new PictureBox(1, 2, 3, 4)));
    }
}
