namespace Semblance.Reports;

/// <summary>A demonstration on the reader's own pictures.</summary>
/// <param name="Queries">Paths of the pictures that were looked for.</param>
/// <param name="Page">File to look at.</param>
public sealed record DemoRecord(string Gallery, long Pictures, IReadOnlyList<string> Queries, string Page);

/// <summary>A demonstration on the same signs drawn by two vendors: shares of signs whose other drawing comes first, or among the first five.</summary>
/// <param name="First">Over both directions.</param>
/// <param name="Page">File to look at.</param>
public sealed record EmojiDemoRecord(
    string Gallery,
    long Pictures,
    int Signs,
    double First,
    double? TwemojiToNotoFirst,
    double? TwemojiToNotoFirstFive,
    double? NotoToTwemojiFirst,
    double? NotoToTwemojiFirstFive,
    string Page);
