using System.Globalization;
using Semblance.Numerics;
using Semblance.Spaces;
using Semblance.Tagging;

namespace Semblance;

/// <summary>
/// Suggests tags for pictures that have none, by a vote of the nearest tagged pictures. A vote weighs more the nearer its picture;
/// a tag's confidence is its share of the vote, lowered when even the nearest supporter is far by the gallery's score scale. Where at
/// least 100 pictures are tagged, the confidence is then calibrated: each tagged picture is left out and suggested for, and a
/// monotone fit tells how often suggestions of that confidence were right. A picture costs a search of the index.
/// </summary>
public sealed class TagSuggester
{
    private const int FewestToCalibrate = 100;
    private const int MostToCalibrate = 2000;

    private readonly Func<IEnumerable<GalleryItem>> _items;
    private readonly Func<IReadOnlyDictionary<long, IReadOnlyList<string>>> _tags;
    private readonly Func<CancellationToken, INeighbourSearch> _search;
    private readonly Func<ScoreScale> _scale;

    public TagSuggester(Gallery gallery)
        : this(() => gallery.Store.Items(), gallery.Store.AllTags, cancel => (INeighbourSearch?)gallery.OpenActive(cancel) ?? new MatrixNeighbours([], new Matrix(0, 0)), () => gallery.Scale)
    {
    }

    /// <param name="items">Present pictures.</param>
    /// <param name="tags">Tags by item id, for items that have any.</param>
    /// <param name="vectors">L2-normalised search vectors <c>[n, d]</c> with their item ids.</param>
    public TagSuggester(
        Func<IEnumerable<GalleryItem>> items,
        Func<IReadOnlyDictionary<long, IReadOnlyList<string>>> tags,
        Func<CancellationToken, (long[] Ids, Matrix Vectors)> vectors,
        Func<ScoreScale> scale)
        : this(items, tags, MatrixNeighbours.Over(vectors), scale)
    {
    }

    private TagSuggester(Func<IEnumerable<GalleryItem>> items, Func<IReadOnlyDictionary<long, IReadOnlyList<string>>> tags, Func<CancellationToken, INeighbourSearch> search, Func<ScoreScale> scale)
    {
        _items = items;
        _tags = tags;
        _search = search;
        _scale = scale;
    }

    /// <summary>One answer, "unknown" included, for each present picture without a tag, in id order.</summary>
    public IReadOnlyList<TagSuggestion> Suggest(TagSuggestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TagSuggestOptions();
        var tags = _tags();
        var items = _items().Where(item => !tags.TryGetValue(item.Id, out var own) || own.Count == 0).OrderBy(item => item.Id).ToArray();
        var search = _search(cancellationToken);
        // A gallery's own search stays with the gallery.
        using var own = search as MatrixNeighbours;
        var present = _items().Select(item => item.Id).ToHashSet();
        var tagged = tags.Where(pair => pair.Value.Count > 0 && present.Contains(pair.Key) && search.Contains(pair.Key)).Select(pair => pair.Key).Order().ToArray();
        if (tagged.Length == 0)
            return [.. items.Select(item => new TagSuggestion(item, [], "no picture has a tag yet; tag a few by hand first"))];
        var vote = new TagVote(search, tagged, tags, _scale(), options.Neighbours);
        var calibration = Calibrate(vote, tagged, options, cancellationToken);
        var votes = vote.Of([.. items.Select(item => item.Id)], cancellationToken);
        return [.. items.Select((item, i) => votes[i].Count > 0
            ? Suggest(item, votes[i], calibration, options)
            : new TagSuggestion(item, [], search.Contains(item.Id) ? "no tagged picture is near" : "it has no vector in this space yet; run index"))];
    }

    private TagSuggestion Suggest(GalleryItem item, IReadOnlyList<SuggestedTag> votes, MonotoneCalibration? calibration, TagSuggestOptions options)
    {
        if (calibration is not null)
            votes = [.. votes.Select(vote => vote with { Confidence = calibration.Apply(vote.Confidence) })];
        var accepted = votes.Where(vote => vote.Confidence >= options.MinConfidence).ToArray();
        if (accepted.Length > 0)
            return new TagSuggestion(item, accepted, null);
        var best = votes[0];
        var nearest = votes.Max(vote => vote.Support[0].Score);
        var word = _scale().WordOf(nearest);
        var why = word <= ScoreWord.Weak
            ? string.Create(CultureInfo.InvariantCulture, $"the nearest tagged picture scores only {nearest:0.00} ({ScoreWords.Text(word)})")
            : string.Create(CultureInfo.InvariantCulture, $"the vote is split; the best, {best.Tag}, is right in {best.Confidence:0%} of such cases");
        return new TagSuggestion(item, [], why);
    }

    private static MonotoneCalibration? Calibrate(TagVote vote, long[] tagged, TagSuggestOptions options, CancellationToken cancellationToken)
    {
        if (tagged.Length < FewestToCalibrate)
            return null;
        var sample = tagged.ToArray();
        if (sample.Length > MostToCalibrate)
        {
            var random = new SeededRandom(options.Seed);
            random.Shuffle(sample.AsSpan());
            sample = sample[..MostToCalibrate];
        }
        var outcomes = vote.Of(sample, cancellationToken).Zip(sample).Where(pair => pair.First.Count > 0).Select(pair => (pair.First[0].Confidence, vote.Has(pair.Second, pair.First[0].Tag)));
        return MonotoneCalibration.Fit(outcomes);
    }
}
