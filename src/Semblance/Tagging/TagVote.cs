using Semblance.Numerics;

namespace Semblance.Tagging;

/// <summary>The vote of the nearest tagged pictures for each tag, before calibration.</summary>
internal sealed class TagVote
{
    // A picture whose score is this much lower than the nearest one's has e times less weight.
    private const float Softness = 0.1f;

    private readonly long[] _ids;
    private readonly Matrix _vectors;
    private readonly int[] _tagged;
    private readonly IReadOnlyDictionary<long, IReadOnlyList<string>> _tags;
    private readonly ScoreScale _scale;
    private readonly int _neighbours;

    /// <param name="tagged">Rows of <paramref name="vectors"/> that have tags.</param>
    public TagVote(long[] ids, Matrix vectors, int[] tagged, IReadOnlyDictionary<long, IReadOnlyList<string>> tags, ScoreScale scale, int neighbours)
    {
        _ids = ids;
        _vectors = vectors;
        _tagged = tagged;
        _tags = tags;
        _scale = scale;
        _neighbours = neighbours;
    }

    public bool Has(int row, string tag) => _tags[_ids[row]].Contains(tag);

    /// <summary>Every tag that got a vote, most confident first; the picture itself does not vote.</summary>
    public IReadOnlyList<SuggestedTag> Of(int row)
    {
        var nearest = new TopK(_neighbours);
        var query = _vectors.Row(row);
        foreach (var other in _tagged)
        {
            if (other != row)
                nearest.Add(other, -VectorMath.Dot(query, _vectors.Row(other)));
        }
        var voters = nearest.ToSorted().Select(hit => (Row: (int)hit.Id, Score: -hit.Distance)).ToArray();
        var total = 0.0;
        var votes = new Dictionary<string, (double Weight, List<TagSupport> Support)>(StringComparer.Ordinal);
        foreach (var (voter, score) in voters)
        {
            var weight = Math.Exp((score - voters[0].Score) / Softness);
            total += weight;
            foreach (var tag in _tags[_ids[voter]])
            {
                var (sum, support) = votes.GetValueOrDefault(tag, (0, []));
                support.Add(new TagSupport(_ids[voter], score));
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
