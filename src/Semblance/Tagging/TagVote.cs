using Semblance.Index;
using Semblance.Spaces;

namespace Semblance.Tagging;

/// <summary>The vote of the nearest tagged pictures for each tag, before calibration.</summary>
internal sealed class TagVote
{
    // A picture whose score is this much lower than the nearest one's has e times less weight.
    private const float Softness = 0.1f;

    private readonly INeighbourSearch _search;
    private readonly IdBitmap _tagged;
    private readonly IReadOnlyDictionary<long, IReadOnlyList<string>> _tags;
    private readonly ScoreScale _scale;
    private readonly int _neighbours;

    /// <param name="tagged">Pictures that vote.</param>
    public TagVote(INeighbourSearch search, IEnumerable<long> tagged, IReadOnlyDictionary<long, IReadOnlyList<string>> tags, ScoreScale scale, int neighbours)
    {
        _search = search;
        _tagged = new IdBitmap(tagged);
        _tags = tags;
        _scale = scale;
        _neighbours = neighbours;
    }

    public bool Has(long itemId, string tag) => _tags[itemId].Contains(tag);

    /// <summary>For each picture every tag that got a vote, most confident first; the picture itself does not vote.</summary>
    public IReadOnlyList<SuggestedTag>[] Of(IReadOnlyList<long> itemIds, CancellationToken cancellationToken)
    {
        var options = new SpaceSearchOptions { Allowed = _tagged, Threads = Environment.ProcessorCount };
        return Array.ConvertAll(_search.Neighbours(itemIds, _neighbours, options, cancellationToken), Count);
    }

    private IReadOnlyList<SuggestedTag> Count(IReadOnlyList<SpaceHit> nearest)
    {
        var voters = nearest.Select(hit => (Id: hit.ItemId, Score: _search.ScoreOf(hit.Distance))).ToArray();
        var total = 0.0;
        var votes = new Dictionary<string, (double Weight, List<TagSupport> Support)>(StringComparer.Ordinal);
        foreach (var (voter, score) in voters)
        {
            var weight = Math.Exp((score - voters[0].Score) / Softness);
            total += weight;
            foreach (var tag in _tags[voter])
            {
                var (sum, support) = votes.GetValueOrDefault(tag, (0, []));
                support.Add(new TagSupport(voter, score));
                votes[tag] = (sum + weight, support);
            }
        }
        return
        [
            .. votes
                .Select(vote => new SuggestedTag(vote.Key, vote.Value.Weight / total * Trust(_scale.WordOf(vote.Value.Support[0].Score)), vote.Value.Support))
                .OrderByDescending(vote => vote.Confidence)
                .ThenBy(vote => vote.Tag, StringComparer.Ordinal),
        ];
    }

    /// <summary>How far a vote led by a picture with this word is believed; the calibration bends it to what holds in the gallery.</summary>
    private static double Trust(ScoreWord word) => word switch
    {
        ScoreWord.NearDuplicate => 1,
        ScoreWord.VerySimilar => 0.95,
        ScoreWord.Similar => 0.8,
        ScoreWord.Weak => 0.5,
        _ => 0.1,
    };
}
