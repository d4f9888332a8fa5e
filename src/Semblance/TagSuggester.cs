using System.Globalization;
using Semblance.Numerics;
using Semblance.Tagging;

namespace Semblance;

/// <summary>
/// Suggests tags for pictures that have none, by a vote of the nearest tagged pictures. A vote weighs more the nearer its picture;
/// a tag's confidence is its share of the vote, lowered when even the nearest supporter is far by the gallery's score scale. Where at
/// least 100 pictures are tagged, the confidence is then calibrated: each tagged picture is left out and suggested for, and a
/// monotone fit tells how often suggestions of that confidence were right. O(t) per picture for t tagged ones.
/// </summary>
public sealed class TagSuggester
{
    private const int FewestToCalibrate = 100;
    private const int MostToCalibrate = 2000;

    private readonly Func<IEnumerable<GalleryItem>> _items;
    private readonly Func<IReadOnlyDictionary<long, IReadOnlyList<string>>> _tags;
    private readonly Func<CancellationToken, (long[] Ids, Matrix Vectors)> _vectors;
    private readonly Func<ScoreScale> _scale;

    public TagSuggester(Gallery gallery)
        : this(() => gallery.Store.Items(), gallery.Store.AllTags, gallery.ProjectedVectors, () => gallery.Scale)
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
    {
        _items = items;
        _tags = tags;
        _vectors = vectors;
        _scale = scale;
    }

    /// <summary>One answer, "unknown" included, for each present picture without a tag, in id order.</summary>
    public IReadOnlyList<TagSuggestion> Suggest(TagSuggestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TagSuggestOptions();
        var tags = _tags();
        var items = _items().Where(item => !tags.TryGetValue(item.Id, out var own) || own.Count == 0).OrderBy(item => item.Id).ToArray();
        var (ids, vectors) = _vectors(cancellationToken);
        var rows = new Dictionary<long, int>(ids.Length);
        for (var row = 0; row < ids.Length; row++)
            rows[ids[row]] = row;
        var tagged = Enumerable.Range(0, ids.Length).Where(row => tags.TryGetValue(ids[row], out var own) && own.Count > 0).ToArray();
        if (tagged.Length == 0)
            return [.. items.Select(item => new TagSuggestion(item, [], "no picture has a tag yet; tag a few by hand first"))];
        var vote = new TagVote(ids, vectors, tagged, tags, _scale(), options.Neighbours);
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        var calibration = Calibrate(vote, tagged, options, parallel);
        var suggestions = new TagSuggestion[items.Length];
        Parallel.For(0, items.Length, parallel, i =>
        {
            suggestions[i] = rows.TryGetValue(items[i].Id, out var row)
                ? Suggest(items[i], vote.Of(row), calibration, options)
                : new TagSuggestion(items[i], [], "it has no vector in this space yet; run index");
        });
        return suggestions;
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

    private static MonotoneCalibration? Calibrate(TagVote vote, int[] tagged, TagSuggestOptions options, ParallelOptions parallel)
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
        var outcomes = new (double Confidence, bool Right)[sample.Length];
        Parallel.For(0, sample.Length, parallel, i =>
        {
            var best = vote.Of(sample[i])[0];
            outcomes[i] = (best.Confidence, vote.Has(sample[i], best.Tag));
        });
        return MonotoneCalibration.Fit(outcomes);
    }
}
